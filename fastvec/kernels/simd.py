"""Vector instructions for numba kernels: products and updates of small blocks of matrix rows, in registers.

Each operation is a plain Python function, written with NumPy, that says what it does and serves where numba's compiler
is switched off; ``@compiled`` gives it a second body that emits LLVM vector code in its place. LLVM lowers a vector of
`LANES` floats to the registers the machine has, so one source serves AVX-512, AVX2, SSE and NEON.

Matrices are C-contiguous float32 with rows of a multiple of `ROW_MULTIPLE` floats, padded with zeros, so that loops
over a row have no tail. Rows are worked in *register blocks* of a few rows of one matrix by a few of another, with code
unrolled for each size of block. The rows that a call updates must differ from one another.
"""

from functools import reduce
from inspect import signature

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import lower_builtin, type_callable

_FEATURES = cpu_target.target_context.codegen().magic_tuple()[2]

#: Row lengths are multiples of this many floats: one cache line.
ROW_MULTIPLE = 16
#: Floats in a vector.
LANES = 16 if "+avx512f" in _FEATURES else 8
# The sizes of register blocks, rows and columns, the largest first: as many accumulators as the registers hold.
_DOT_ROWS, _DOT_COLUMNS = (4, 3, 2, 1), (6, 4, 2, 1) if LANES == 16 else (3, 2, 1)
_MOVE_ROWS = (6, 4, 3, 2, 1) if LANES == 16 else (2, 1)


def _move_columns(n_rows):
    """Give the column sizes of the blocks of `move` that have `n_rows` rows."""
    return (6, 4, 2, 1) if n_rows * LANES <= 32 else (3, 2, 1)


_I32, _I64, _F32 = ir.IntType(32), ir.IntType(64), ir.FloatType()
_VECTOR = ir.VectorType(_F32, LANES)


def compiled(function):
    """Give a Python function a body in LLVM code: use as ``@compiled(function)`` on the emitter.

    The emitter is called with the builder and the lowered arguments (see `_lower`).
    """

    def bind(emit):
        @type_callable(function)
        def typing(context):
            def typer(*arguments):
                return types.void

            typer.__signature__ = signature(function)
            return typer

        @lower_builtin(function, types.VarArg(types.Any))
        def lowering(context, builder, call, arguments):
            emit(builder, *(_lower(context, builder, *pair) for pair in zip(call.args, arguments, strict=True)))
            return context.get_dummy_value()

        return emit

    return bind


class _Array:
    """A NumPy array in LLVM code."""

    def __init__(self, context, builder, kind, value):
        struct = context.make_array(kind)(context, builder, value)
        self.builder, self.data = builder, struct.data
        self.columns = cgutils.unpack_tuple(builder, struct.shape)[-1]

    def at(self, index, row=None):
        """Give the address of an element; of [row, index] where a row is given."""
        if row is not None:
            index = self.builder.add(self.builder.mul(row, self.columns), index)
        return self.builder.gep(self.data, [index])

    def get(self, index):
        """Give the integer at `index`."""
        value = self.builder.load(self.at(index))
        return value if value.type == _I64 else self.builder.sext(value, _I64)


def _lower(context, builder, kind, value):
    if isinstance(kind, types.Array):
        return _Array(context, builder, kind, value)
    if isinstance(kind, types.Integer):
        return context.cast(builder, value, kind, types.intp)
    return value


def _load(builder, address):
    vector = builder.load(builder.bitcast(address, _VECTOR.as_pointer()))
    vector.align = 4
    return vector


def _store(builder, vector, address):
    builder.store(vector, builder.bitcast(address, vector.type.as_pointer())).align = 4


def _call(builder, name, *arguments):
    kind = arguments[0].type
    prototype = ir.FunctionType(kind, [kind] * len(arguments))
    suffix = f"v{kind.count}f32" if isinstance(kind, ir.VectorType) else "f32"
    return builder.call(cgutils.get_or_insert_function(builder.module, prototype, f"{name}.{suffix}"), arguments)


def _muladd(builder, x, y, z):
    """Emit x * y + z: one instruction where the machine has FMA, two where it has not."""
    return _call(builder, "llvm.fmuladd", x, y, z)


def _constant(value):
    return ir.Constant(_VECTOR, [value] * LANES)


def _shuffle(builder, x, y, lanes):
    return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(_I32, len(lanes)), lanes))


def _splat(builder, scalar):
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    return _shuffle(builder, builder.insert_element(undefined, scalar, _I32(0)), undefined, [0] * LANES)


def _loop(builder, stop, step, carried, body):
    """Emit ``for d in range(0, stop, step)``, run at least once; `body(d, carried)` gives the next carried values."""
    before, inside, after = builder.block, builder.append_basic_block("row"), builder.append_basic_block("row_end")
    builder.branch(inside)
    builder.position_at_end(inside)
    d = builder.phi(_I64)
    d.add_incoming(_I64(0), before)
    phis = [builder.phi(value.type) for value in carried]
    results = body(d, phis)
    following = builder.add(d, _I64(step))
    d.add_incoming(following, builder.block)
    for phi, start, result in zip(phis, carried, results, strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(result, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, stop), inside, after)
    builder.position_at_end(after)
    return results


def _lane_sums(builder, vectors):
    """Emit the sum of each vector's lanes, `LANES` sums to a vector, by folding pairs of vectors into one.

    Before a fold a vector holds the partial sums of some groups, `width` lanes each; after it, twice the groups at half
    the width: two shuffles and one addition for each pair, whereas summing each vector alone takes four of both.
    """
    width = LANES
    while width > 1:
        low = [lane for lane in range(2 * LANES) if lane % width < width // 2]
        high = [lane + width // 2 for lane in low]
        pairs = [(vectors[k], vectors[k + 1 if k + 1 < len(vectors) else k]) for k in range(0, len(vectors), 2)]
        vectors = [builder.fadd(_shuffle(builder, x, y, low), _shuffle(builder, x, y, high)) for x, y in pairs]
        width //= 2
    return vectors


def _logistic(builder, x):
    """Emit 1 / (1 + exp(-x)), to about 2e-7; NaN stays NaN."""
    t = builder.fmul(x, _constant(-1.4426950408889634))
    t = builder.select(builder.fcmp_ordered(">", t, _constant(120.0)), _constant(120.0), t)
    t = builder.select(builder.fcmp_ordered("<", t, _constant(-120.0)), _constant(-120.0), t)
    whole = _call(builder, "llvm.rint", t)
    fraction = builder.fsub(t, whole)
    power = _constant(1.33335581e-3)  # 2**fraction: Taylor's terms, the last fitted for |fraction| <= 1/2
    for coefficient in (9.61812911e-3, 5.55041087e-2, 2.40226507e-1, 6.93147181e-1, 1.0):
        power = _muladd(builder, power, fraction, _constant(coefficient))
    integers = ir.VectorType(_I32, LANES)
    bits = builder.add(builder.fptosi(whole, integers), ir.Constant(integers, [127] * LANES))
    scale = builder.bitcast(builder.shl(bits, ir.Constant(integers, [23] * LANES)), _VECTOR)
    denominator = _muladd(builder, power, scale, _constant(1.0))
    return builder.fdiv(_constant(1.0), denominator, flags=["arcp"])


def _cut(count, sizes):
    """Cut `count` rows into register blocks: (start, size) of each, the largest first."""
    start = 0
    for size in sizes:
        while start + size <= count:
            yield start, size
            start += size


def _blocks(builder, count, sizes, body):
    """Emit `body(start, size)` for each register block of `count` rows; each size has code of its own."""
    start = _I64(0)
    for size in sizes:
        before, test = builder.block, builder.append_basic_block(f"block{size}")
        inside, after = builder.append_basic_block(f"block{size}_body"), builder.append_basic_block(f"block{size}_end")
        builder.branch(test)
        builder.position_at_end(test)
        here = builder.phi(_I64)
        here.add_incoming(start, before)
        following = builder.add(here, _I64(size))
        builder.cbranch(builder.icmp_signed("<=", following, count), inside, after)
        builder.position_at_end(inside)
        body(here, size)
        here.add_incoming(following, builder.block)
        builder.branch(test)
        builder.position_at_end(after)
        start = here


def dots(X, rows, m, C, columns, n, scores):
    """Compute dot products of `m` rows of X and `n` of C: scores[a, b] = X[rows[a]] . C[columns[b]]."""
    scores[:m, :n] = X[rows[:m]] @ C[columns[:n]].T


@compiled(dots)
def _dots(builder, X, rows, m, C, columns, n, scores):
    def columns_block(j, n_j):
        def rows_block(i, n_i):
            places = [builder.add(i, _I64(a)) for a in range(n_i)]
            x_rows = [X.at(_I64(0), rows.get(place)) for place in places]
            c_rows = [C.at(_I64(0), columns.get(builder.add(j, _I64(b)))) for b in range(n_j)]

            def body(d, sums):
                xs = [_load(builder, builder.gep(row, [d])) for row in x_rows]
                cs = [_load(builder, builder.gep(row, [d])) for row in c_rows]
                return [_muladd(builder, xs[k // n_j], cs[k % n_j], total) for k, total in enumerate(sums)]

            sums = _lane_sums(builder, _loop(builder, X.columns, LANES, [_constant(0.0)] * (n_i * n_j), body))
            for a, place in enumerate(places):
                source, lane = divmod(a * n_j, LANES)
                following = sums[min(source + 1, len(sums) - 1)]
                row = _shuffle(builder, sums[source], following, list(range(lane, lane + n_j)))
                _store(builder, row, scores.at(j, place))

        _blocks(builder, m, _DOT_ROWS, rows_block)

    _blocks(builder, n, _DOT_COLUMNS, columns_block)


def logistic_steps(scores, m, labels, first, n, rate):
    """Turn scores into steps: scores[a, b] = rate * (labels[first + b] - 1 / (1 + exp(-scores[a, b]))), a < m, b < n.

    The rows of `scores`, and `labels`, have room for `n` rounded up to a multiple of `LANES`; the rest of the last
    vector is overwritten.
    """
    scores[:m, :n] = rate * (labels[first : first + n] - 1 / (1 + np.exp(-scores[:m, :n])))


@compiled(logistic_steps)
def _logistic_steps(builder, scores, m, labels, first, n, rate):
    factor = _splat(builder, rate)

    def row(i, _):
        def body(j, _):
            address = scores.at(j, i)
            wrong = builder.fsub(
                _load(builder, labels.at(builder.add(first, j))), _logistic(builder, _load(builder, address))
            )
            _store(builder, builder.fmul(factor, wrong), address)
            return []

        return _loop(builder, n, LANES, [], body)

    _loop(builder, m, 1, [], row)


def move(E, X, rows, m, C, columns, n, steps):
    """Move `m` rows of E and `n` rows of C along the gradient.

    E[row a] += sum over b of steps[a, b] C[column b];  C[column b] += sum over a of steps[a, b] X[row a], where row a
    is rows[a] and column b is columns[b]. E may be X. The moves are made in register blocks, one after the
    other, each with the values that those before it left; within a block both moves use the values before either.
    """
    for i, n_i in _cut(m, _MOVE_ROWS):
        for j, n_j in _cut(n, _move_columns(n_i)):
            a, b = rows[i : i + n_i], columns[j : j + n_j]
            g = steps[i : i + n_i, j : j + n_j]
            change = g @ C[b]
            C[b] += g.T @ X[a]
            E[a] += change


@compiled(move)
def _move(builder, E, X, rows, m, C, columns, n, steps):
    def rows_block(i, n_i):
        def columns_block(j, n_j):
            places = [builder.add(i, _I64(a)) for a in range(n_i)]
            indices = [rows.get(place) for place in places]
            x_rows = [X.at(_I64(0), index) for index in indices]
            e_rows = [E.at(_I64(0), index) for index in indices]
            c_places = [builder.add(j, _I64(b)) for b in range(n_j)]
            c_rows = [C.at(_I64(0), columns.get(place)) for place in c_places]
            g = [[_splat(builder, builder.load(steps.at(b, a))) for b in c_places] for a in places]

            def body(d, _):
                xs = [_load(builder, builder.gep(row, [d])) for row in x_rows]
                es = [_load(builder, builder.gep(row, [d])) for row in e_rows]
                cs = [_load(builder, builder.gep(row, [d])) for row in c_rows]
                new_es, new_cs = list(es), list(cs)
                for a in range(n_i):
                    for b in range(n_j):
                        new_es[a] = _muladd(builder, g[a][b], cs[b], new_es[a])
                        new_cs[b] = _muladd(builder, g[a][b], xs[a], new_cs[b])
                for vector, row in zip(new_es + new_cs, e_rows + c_rows, strict=True):
                    _store(builder, vector, builder.gep(row, [d]))
                return []

            _loop(builder, X.columns, LANES, [], body)

        _blocks(builder, n, _move_columns(n_i), columns_block)

    _blocks(builder, m, _MOVE_ROWS, rows_block)


def mean(W, rows, m, H):
    """Set H[0] to the mean of the rows rows[:m] of W, m >= 1; a row may come more than once."""
    H[0] = W[rows[:m]].sum(0) / np.float32(m)


@compiled(mean)
def _mean(builder, W, rows, m, H):
    factor = _splat(builder, builder.fdiv(_F32(1.0), builder.sitofp(m, _F32)))

    def clear(d, _):
        _store(builder, _constant(0.0), H.at(d))
        return []

    def block(i, n_i):
        addresses = [W.at(_I64(0), rows.get(builder.add(i, _I64(a)))) for a in range(n_i)]

        def body(d, _):
            vectors = [_load(builder, builder.gep(address, [d])) for address in addresses]
            while len(vectors) > 1:
                vectors = [reduce(builder.fadd, vectors[k : k + 2]) for k in range(0, len(vectors), 2)]
            _store(builder, _muladd(builder, vectors[0], factor, _load(builder, H.at(d))), H.at(d))
            return []

        _loop(builder, W.columns, LANES, [], body)

    _loop(builder, W.columns, LANES, [], clear)
    _blocks(builder, m, (4, 2, 1), block)


def add_to_rows(W, rows, m, E, factor):
    """Add factor * E[0] to the rows rows[:m] of W; a row that comes more than once gets it each time."""
    np.add.at(W, rows[:m], factor * E[0])


@compiled(add_to_rows)
def _add_to_rows(builder, W, rows, m, E, factor):
    factors = _splat(builder, factor)

    def block(i, n_i):
        addresses = [W.at(_I64(0), rows.get(builder.add(i, _I64(a)))) for a in range(n_i)]

        def body(d, _):
            change = builder.fmul(factors, _load(builder, E.at(d)))
            for address in addresses:  # one after the other, since rows may be equal
                place = builder.gep(address, [d])
                _store(builder, builder.fadd(_load(builder, place), change), place)
            return []

        _loop(builder, W.columns, LANES, [], body)

    _blocks(builder, m, (4, 2, 1), block)


def prefetch(A, row):
    """Ask for row `row` of A, for reading, before it is needed."""


def prefetch_to_write(A, row):
    """Ask for row `row` of A, to be this core's alone, before it is read and written.

    Otherwise a row that another core has as well is asked for twice, the second time by the first write. But rows that
    many threads write all the time must not be asked for so: each would take them from the others before they write.
    """


def _prefetches(write):
    """Give the emitter of a prefetch."""
    byte = ir.IntType(8).as_pointer()
    prototype = ir.FunctionType(ir.VoidType(), [byte, _I32, _I32, _I32])
    intent, second_cache, data = _I32(int(write)), _I32(2), _I32(1)

    def emit(builder, A, row):
        function = cgutils.get_or_insert_function(builder.module, prototype, "llvm.prefetch.p0")

        def body(d, _):
            builder.call(function, [builder.bitcast(A.at(d, row), byte), intent, second_cache, data])
            return []

        _loop(builder, A.columns, ROW_MULTIPLE, [], body)

    return emit


compiled(prefetch)(_prefetches(write=False))
compiled(prefetch_to_write)(_prefetches(write=True))
