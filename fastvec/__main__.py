"""Run the command line as ``python -m fastvec``."""

from fastvec_cli import main

if __name__ == "__main__":
    main()
