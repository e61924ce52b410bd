"""Training on the machines of a Dask cluster: `pip install 'fastvec[cluster]'`.

>>> from distributed import Client  # doctest: +SKIP
>>> import fastvec.distributed
>>> with Client("tcp://scheduler:8786") as client:  # doctest: +SKIP
...     wv = fastvec.distributed.train(client, "s3://bucket/text-*.zst", shards=16)
"""

try:
    import distributed as _  # noqa: F401
except ImportError:
    raise ImportError(
        "a cluster takes dask and distributed, which are not installed: pip install 'fastvec[cluster]'"
    ) from None

from fastvec.distributed.session import connect
from fastvec.distributed.train import resume, saved_output, train

__all__ = ["connect", "resume", "saved_output", "train"]
