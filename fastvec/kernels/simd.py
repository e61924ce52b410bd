"""Vector instructions for numba kernels: products and updates of small blocks of matrix rows, in registers.

Each operation is a plain NumPy function, which says what it does and is used where numba's compiler is switched off.
``@emit.compiled`` replaces it in compiled code by LLVM vector code.

Matrices are C-contiguous float32, or float16 where `emit.HAS_FLOAT16`, with rows of a multiple of `ROW_MULTIPLE`
numbers, padded with zeros, so that loops over a row have no tail. All sums are float32. Rows are processed in *register
blocks* of a few rows of one matrix by a few of another, with unrolled code for each size of block. The rows that a call
updates must differ from one another.
"""

from functools import reduce

import numpy as np
from llvmlite import ir
from numba.core import cgutils

from fastvec.kernels import emit
from fastvec.kernels.emit import LANES

#: Row lengths are multiples of this many numbers: a cache line of float32.
ROW_MULTIPLE = 16
_LINE = 64  # bytes of a cache line
# The sizes of register blocks, rows and columns, the largest first: as many accumulators as the registers hold.
_DOT_ROWS, _DOT_COLUMNS = (4, 3, 2, 1), (6, 4, 2, 1) if LANES == 16 else (3, 2, 1)
_MOVE_ROWS = (6, 4, 3, 2, 1) if LANES == 16 else (2, 1)
# Rows of a block that meets a single row: where one side is read or moves, and where both move.
_ONE_WAY = (12, 10, 8, 6, 5, 4, 3, 2, 1) if LANES == 16 else (6, 5, 4, 3, 2, 1)
_BOTH_WAYS = (6, 5, 4, 3, 2, 1)


def _move_columns(n_rows):
    """Return the column sizes of the blocks of `move` that have `n_rows` rows."""
    return (6, 4, 2, 1) if n_rows * LANES <= 32 else (3, 2, 1)


def _cut(count, sizes):
    """Cut `count` rows into register blocks: (start, size) of each, the largest first."""
    start = 0
    for size in sizes:
        while start + size <= count:
            yield start, size
            start += size


def _logistic(builder, x):
    """Emit 1 / (1 + exp(-x)), to about 2e-7; NaN stays NaN."""
    t = builder.fmul(x, emit.constant(-1.4426950408889634))
    t = builder.select(builder.fcmp_ordered(">", t, emit.constant(120.0)), emit.constant(120.0), t)
    t = builder.select(builder.fcmp_ordered("<", t, emit.constant(-120.0)), emit.constant(-120.0), t)
    whole = emit.call_intrinsic(builder, "llvm.rint", t)
    fraction = builder.fsub(t, whole)
    power = emit.constant(1.33335581e-3)  # 2**fraction: Taylor's terms, the last fitted for |fraction| <= 1/2
    for coefficient in (9.61812911e-3, 5.55041087e-2, 2.40226507e-1, 6.93147181e-1, 1.0):
        power = emit.muladd(builder, power, fraction, emit.constant(coefficient))
    integers = ir.VectorType(emit.I32, LANES)
    bits = builder.add(builder.fptosi(whole, integers), ir.Constant(integers, [127] * LANES))
    scale = builder.bitcast(builder.shl(bits, ir.Constant(integers, [23] * LANES)), emit.VECTOR)
    denominator = emit.muladd(builder, power, scale, emit.constant(1.0))
    return builder.fdiv(emit.constant(1.0), denominator, flags=["arcp"])


def _at(matrix, rows):
    """Return a row of a matrix, or several, in float32."""
    return matrix[rows].astype(np.float32)


def dots(X, rows, m, C, columns, n, scores):
    """Compute dot products of `m` rows of X and `n` of C: scores[a, b] = X[rows[a]] . C[columns[b]]."""
    scores[:m, :n] = _at(X, rows[:m]) @ _at(C, columns[:n]).T


@emit.compiled(dots)
def _dots(builder, X, rows, m, C, columns, n, scores):
    def columns_block(j, n_j):
        def rows_block(i, n_i):
            places = [builder.add(i, emit.I64(a)) for a in range(n_i)]
            x_rows = [X.at(emit.I64(0), rows.get(place)) for place in places]
            c_rows = [C.at(emit.I64(0), columns.get(builder.add(j, emit.I64(b)))) for b in range(n_j)]

            def body(d, sums):
                xs = [emit.load(builder, row, d) for row in x_rows]
                cs = [emit.load(builder, row, d) for row in c_rows]
                return [emit.muladd(builder, xs[k // n_j], cs[k % n_j], total) for k, total in enumerate(sums)]

            vectors = emit.loop(builder, X.columns, LANES, [emit.constant(0.0)] * (n_i * n_j), body)
            sums = emit.lane_sums(builder, vectors)
            for a, place in enumerate(places):
                source, lane = divmod(a * n_j, LANES)
                following = sums[min(source + 1, len(sums) - 1)]
                row = emit.shuffle(builder, sums[source], following, list(range(lane, lane + n_j)))
                emit.store(builder, row, scores.at(j, place))

        emit.blocks(builder, m, _DOT_ROWS, rows_block)

    emit.blocks(builder, n, _DOT_COLUMNS, columns_block)


def logistic_steps(scores, m, labels, first, n, rate):
    """Turn scores into steps: scores[a, b] = rate * (labels[first + b] - 1 / (1 + exp(-scores[a, b]))), a < m, b < n.

    The rows of `scores`, and `labels`, have room for `n` rounded up to a multiple of `LANES`; the rest of the last
    vector is overwritten.
    """
    scores[:m, :n] = rate * (labels[first : first + n] - 1 / (1 + np.exp(-scores[:m, :n])))


@emit.compiled(logistic_steps)
def _logistic_steps(builder, scores, m, labels, first, n, rate):
    factor = emit.splat(builder, rate)

    def row(i, _):
        def body(j, _):
            address = scores.at(j, i)
            label = emit.load(builder, labels.at(builder.add(first, j)))
            wrong = builder.fsub(label, _logistic(builder, emit.load(builder, address)))
            emit.store(builder, builder.fmul(factor, wrong), address)
            return []

        return emit.loop(builder, n, LANES, [], body)

    emit.loop(builder, m, 1, [], row)


def move(E, X, rows, m, C, columns, n, steps):
    """Move `m` rows of E and `n` rows of C along the gradient.

    E[row a] += sum over b of steps[a, b] C[column b];  C[column b] += sum over a of steps[a, b] X[row a], where row a
    is rows[a] and column b is columns[b]. E may be X. Register blocks move one after the other, each
    from the values that the previous ones left; within a block both moves use the values before either.
    """
    for i, n_i in _cut(m, _MOVE_ROWS):
        for j, n_j in _cut(n, _move_columns(n_i)):
            a, b = rows[i : i + n_i], columns[j : j + n_j]
            g = steps[i : i + n_i, j : j + n_j]
            change = g @ _at(C, b)
            C[b] = _at(C, b) + g.T @ _at(X, a)
            E[a] = _at(E, a) + change


@emit.compiled(move)
def _move(builder, E, X, rows, m, C, columns, n, steps):
    def rows_block(i, n_i):
        def columns_block(j, n_j):
            places = [builder.add(i, emit.I64(a)) for a in range(n_i)]
            indices = [rows.get(place) for place in places]
            x_rows = [X.at(emit.I64(0), index) for index in indices]
            e_rows = [E.at(emit.I64(0), index) for index in indices]
            c_places = [builder.add(j, emit.I64(b)) for b in range(n_j)]
            c_rows = [C.at(emit.I64(0), columns.get(place)) for place in c_places]
            g = [[emit.splat(builder, builder.load(steps.at(b, a))) for b in c_places] for a in places]

            def body(d, _):
                xs = [emit.load(builder, row, d) for row in x_rows]
                es = [emit.load(builder, row, d) for row in e_rows]
                cs = [emit.load(builder, row, d) for row in c_rows]
                new_es, new_cs = list(es), list(cs)
                for a in range(n_i):
                    for b in range(n_j):
                        new_es[a] = emit.muladd(builder, g[a][b], cs[b], new_es[a])
                        new_cs[b] = emit.muladd(builder, g[a][b], xs[a], new_cs[b])
                for vector, row in zip(new_es + new_cs, e_rows + c_rows, strict=True):
                    emit.store(builder, vector, builder.gep(row, [d]))
                return []

            emit.loop(builder, X.columns, LANES, [], body)

        emit.blocks(builder, n, _move_columns(n_i), columns_block)

    emit.blocks(builder, m, _MOVE_ROWS, rows_block)


def row_dots(X, row, C, columns, n, scores):
    """Compute dot products of a row of X and `n` rows of C: scores[0, b] = X[row] . C[columns[b]]."""
    scores[0, :n] = _at(C, columns[:n]) @ _at(X, row)


@emit.compiled(row_dots)
def _row_dots(builder, X, row, C, columns, n, scores):
    def block(j, n_j):
        c_rows = [C.at(emit.I64(0), columns.get(builder.add(j, emit.I64(b)))) for b in range(n_j)]

        def body(d, sums):
            x = emit.load(builder, X.at(d, row))
            pairs = zip(c_rows, sums, strict=True)
            return [emit.muladd(builder, x, emit.load(builder, c_row, d), total) for c_row, total in pairs]

        totals = emit.loop(builder, X.columns, LANES, [emit.constant(0.0)] * n_j, body)
        (sums,) = emit.lane_sums(builder, totals)
        emit.store(builder, emit.shuffle(builder, sums, sums, list(range(n_j))), scores.at(j))

    emit.blocks(builder, n, _ONE_WAY, block)


def move_row(E, X, row, C, columns, n, steps, adds):
    """Move a row of E and `n` rows of C along the gradient.

    E[row] = E[row], if `adds`, + sum over b of steps[0, b] C[column b];  C[column b] += steps[0, b] X[row]. E may be X;
    register blocks are as in `move`.
    """
    for j, n_j in _cut(n, _BOTH_WAYS):
        b, g = columns[j : j + n_j], steps[0, j : j + n_j]
        change = g @ _at(C, b)
        C[b] = _at(C, b) + np.outer(g, _at(X, row))
        E[row] = _at(E, row) + change if adds or j > 0 else change


@emit.compiled(move_row)
def _move_row(builder, E, X, row, C, columns, n, steps, adds):
    def block(j, n_j):
        places = [builder.add(j, emit.I64(b)) for b in range(n_j)]
        c_rows = [C.at(emit.I64(0), columns.get(place)) for place in places]
        g = [emit.splat(builder, builder.load(steps.at(place))) for place in places]
        counts = builder.or_(adds, builder.icmp_signed(">", j, emit.I64(0)))

        def body(d, _):
            x, e = emit.load(builder, X.at(d, row)), emit.load(builder, E.at(d, row))
            e = builder.select(counts, e, emit.constant(0.0))
            for c_row, factor in zip(c_rows, g, strict=True):
                c = emit.load(builder, c_row, d)
                e = emit.muladd(builder, factor, c, e)
                emit.store(builder, emit.muladd(builder, factor, x, c), builder.gep(c_row, [d]))
            emit.store(builder, e, E.at(d, row))
            return []

        emit.loop(builder, X.columns, LANES, [], body)

    emit.blocks(builder, n, _BOTH_WAYS, block)


def mean(W, rows, m, H, row):
    """Set H[row] to the mean of the rows rows[:m] of W, m >= 1; rows may repeat."""
    H[row] = _at(W, rows[:m]).sum(0) / np.float32(m)


@emit.compiled(mean)
def _mean(builder, W, rows, m, H, row):
    factor = emit.splat(builder, builder.fdiv(emit.F32(1.0), builder.sitofp(m, emit.F32)))

    def block(i, n_i):
        addresses = [W.at(emit.I64(0), rows.get(builder.add(i, emit.I64(a)))) for a in range(n_i)]
        is_first = builder.icmp_signed("==", i, emit.I64(0))

        def body(d, _):
            vectors = [emit.load(builder, address, d) for address in addresses]
            while len(vectors) > 1:
                vectors = [reduce(builder.fadd, vectors[k : k + 2]) for k in range(0, len(vectors), 2)]
            place = H.at(d, row)
            before = builder.select(is_first, emit.constant(0.0), emit.load(builder, place))
            emit.store(builder, emit.muladd(builder, vectors[0], factor, before), place)
            return []

        emit.loop(builder, W.columns, LANES, [], body)

    emit.blocks(builder, m, _ONE_WAY, block)


def add_to_rows(W, rows, m, E, row, factor):
    """Add factor * E[row] to the rows rows[:m] of W, m >= 1; a row that repeats gets it each time."""
    for each in rows[:m]:
        W[each] = _at(W, each) + factor * E[row]


@emit.compiled(add_to_rows)
def _add_to_rows(builder, W, rows, m, E, row, factor):
    factors = emit.splat(builder, factor)

    def block(i, n_i):
        addresses = [W.at(emit.I64(0), rows.get(builder.add(i, emit.I64(a)))) for a in range(n_i)]

        def body(d, _):
            change = builder.fmul(factors, emit.load(builder, E.at(d, row)))
            for address in addresses:  # one after the other, since rows may be equal
                place = builder.gep(address, [d])
                emit.store(builder, builder.fadd(emit.load(builder, place), change), place)
            return []

        emit.loop(builder, W.columns, LANES, [], body)

    emit.blocks(builder, m, _ONE_WAY, block)


def merge_row(A, row, copy, B, origin):
    """Merge the changes of A[row] and of A[copy] since both were B[origin]; set all three rows to the result.

    The changes add up, but what they have in common counts once: the component of the smaller along the larger, if both
    point the same way.
    """
    before = _at(B, origin)
    ours, others = _at(A, copy) - before, _at(A, row) - before
    larger = ours if ours @ ours > others @ others else others
    common = max(ours @ others, 0) / max(larger @ larger, np.finfo(np.float32).tiny)
    A[row] = A[copy] = B[origin] = before + ours + others - common * larger


@emit.compiled(merge_row)
def _merge_row(builder, A, row, copy, B, origin):
    zero, one, tiny = (emit.F32(value) for value in (0, 1, np.finfo(np.float32).tiny))

    def changes(d):
        before = emit.load(builder, B.at(d, origin))
        return before, *(builder.fsub(emit.load(builder, A.at(d, place)), before) for place in (copy, row))

    def products(d, totals):
        _, ours, others = changes(d)
        pairs = (ours, others), (ours, ours), (others, others)
        return [emit.muladd(builder, *pair, total) for pair, total in zip(pairs, totals, strict=True)]

    totals = emit.loop(builder, A.columns, LANES, [emit.constant(0.0)] * 3, products)
    (sums,) = emit.lane_sums(builder, totals)
    both, ours, others = (builder.extract_element(sums, emit.I32(k)) for k in range(3))
    is_ours = builder.fcmp_ordered(">", ours, others)
    larger = builder.select(is_ours, ours, others)
    larger = builder.select(builder.fcmp_ordered("<", larger, tiny), tiny, larger)
    both = builder.select(builder.fcmp_ordered("<", both, zero), zero, both)
    left = builder.fsub(one, builder.fdiv(both, larger))
    keeps = [emit.splat(builder, builder.select(is_ours, *pair)) for pair in ((left, one), (one, left))]

    def body(d, _):
        merged, *moved = changes(d)
        for keep, change in zip(keeps, moved, strict=True):
            merged = emit.muladd(builder, keep, change, merged)
        for address in (A.at(d, row), A.at(d, copy), B.at(d, origin)):
            emit.store(builder, merged, address)
        return []

    emit.loop(builder, A.columns, LANES, [], body)


def prefetch(A, row):
    """Prefetch row `row` of A for reading."""


def prefetch_to_write(A, row):
    """Prefetch row `row` of A for writing: its cache lines become this core's own.

    A row that another core holds too would otherwise be transferred twice, the second time by the first write. Rows
    that many threads write all the time must not be prefetched so: each would take them away before the others write.
    """


def _prefetches(write):
    """Return the emitter of a prefetch."""
    byte = ir.IntType(8).as_pointer()
    prototype = ir.FunctionType(ir.VoidType(), [byte, emit.I32, emit.I32, emit.I32])
    intent, second_cache, data = emit.I32(int(write)), emit.I32(2), emit.I32(1)

    def emitter(builder, A, row):
        function = cgutils.get_or_insert_function(builder.module, prototype, "llvm.prefetch.p0")

        def body(d, _):
            builder.call(function, [builder.bitcast(A.at(d, row), byte), intent, second_cache, data])
            return []

        numbers = _LINE // (4 if A.data.type.pointee == emit.F32 else 2)
        emit.loop(builder, A.columns, numbers, [], body)

    return emitter


emit.compiled(prefetch)(_prefetches(write=False))
emit.compiled(prefetch_to_write)(_prefetches(write=True))
