"""Builders of LLVM vector code, for operations that numba kernels call.

An operation is a plain Python function, written with NumPy, that says what it does and serves where numba's compiler is
switched off. `compiled` gives it a second body: an *emitter*, which builds LLVM code from the functions below. LLVM
lowers a vector of `LANES` floats to the registers of the machine, so one source serves AVX-512, AVX2, SSE and NEON.

Arrays may be of float16 where `HAS_FLOAT16`. Their numbers are float32 once they are loaded, and rounded to the nearest
when they are stored.
"""

import platform
from inspect import signature

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel.models import PrimitiveModel
from numba.core.registry import cpu_target
from numba.extending import lower_builtin, lower_cast, register_model, type_callable

_FEATURES = cpu_target.target_context.codegen().magic_tuple()[2]

#: Floats in a vector.
LANES = 16 if "+avx512f" in _FEATURES else 8
I32, I64, F32 = ir.IntType(32), ir.IntType(64), ir.FloatType()
VECTOR = ir.VectorType(F32, LANES)
#: Whether the machine converts float16; all with NEON do.
HAS_FLOAT16 = "+f16c" in _FEATURES or platform.machine().lower() in ("aarch64", "arm64")


@register_model(types.Float)
class _Float(PrimitiveModel):
    """Numbers as numba represents them, and float16, which it knows on GPUs alone."""

    def __init__(self, manager, kind):
        half, single, double = ir.HalfType(), F32, ir.DoubleType()
        super().__init__(manager, kind, {types.float16: half, types.float32: single, types.float64: double}[kind])


@lower_cast(types.float16, types.Float)
def _widen(context, builder, kind, target, value):
    return context.cast(builder, builder.fpext(value, F32), types.float32, target)


@lower_cast(types.Float, types.float16)
def _narrow(context, builder, kind, target, value):
    # not from double precision at once, for which LLVM calls a function that is not there
    return builder.fptrunc(context.cast(builder, value, kind, types.float32), ir.HalfType())


def compiled(function):
    """Compile calls of a Python function to LLVM code; decorates the emitter: ``@compiled(function)``.

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
        """Return the address of an element; of [row, index] where a row is given."""
        if row is not None:
            index = self.builder.add(self.builder.mul(row, self.columns), index)
        return self.builder.gep(self.data, [index])

    def get(self, index):
        """Return the integer at `index`."""
        value = self.builder.load(self.at(index))
        return value if value.type == I64 else self.builder.sext(value, I64)


def _lower(context, builder, kind, value):
    if isinstance(kind, types.Array):
        return _Array(context, builder, kind, value)
    if isinstance(kind, types.Integer):
        return context.cast(builder, value, kind, types.intp)
    return value


def load(builder, address, offset=None):
    """Emit the load of a vector from an address, or from so many numbers behind it."""
    if offset is not None:
        address = builder.gep(address, [offset])
    number = address.type.pointee
    vector = builder.load(builder.bitcast(address, ir.VectorType(number, LANES).as_pointer()))
    vector.align = 4 if number == F32 else 2
    return vector if number == F32 else builder.fpext(vector, VECTOR)


def store(builder, vector, address):
    """Emit the store of a vector of any length."""
    number = address.type.pointee
    if number != F32:
        vector = builder.fptrunc(vector, ir.VectorType(number, vector.type.count))
    builder.store(vector, builder.bitcast(address, vector.type.as_pointer())).align = 4 if number == F32 else 2


def call_intrinsic(builder, name, *arguments):
    """Emit a call of an LLVM intrinsic on float32 vectors or numbers; its result has the type of its arguments."""
    kind = arguments[0].type
    prototype = ir.FunctionType(kind, [kind] * len(arguments))
    suffix = f"v{kind.count}f32" if isinstance(kind, ir.VectorType) else "f32"
    return builder.call(cgutils.get_or_insert_function(builder.module, prototype, f"{name}.{suffix}"), arguments)


def muladd(builder, x, y, z):
    """Emit x * y + z: one instruction where the machine has FMA, two where it has not."""
    return call_intrinsic(builder, "llvm.fmuladd", x, y, z)


def constant(value):
    """Return a vector whose lanes are all `value`."""
    return ir.Constant(VECTOR, [value] * LANES)


def shuffle(builder, x, y, lanes):
    """Emit the vector of the given lanes of x and y, on end."""
    return builder.shuffle_vector(x, y, ir.Constant(ir.VectorType(I32, len(lanes)), lanes))


def splat(builder, scalar):
    """Emit a vector whose lanes are all `scalar`."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    return shuffle(builder, builder.insert_element(undefined, scalar, I32(0)), undefined, [0] * LANES)


def loop(builder, stop, step, carried, body):
    """Emit ``for d in range(0, stop, step)``, run at least once; `body(d, carried)` gives the next carried values."""
    before, inside, after = builder.block, builder.append_basic_block("row"), builder.append_basic_block("row_end")
    builder.branch(inside)
    builder.position_at_end(inside)
    d = builder.phi(I64)
    d.add_incoming(I64(0), before)
    phis = [builder.phi(value.type) for value in carried]
    results = body(d, phis)
    following = builder.add(d, I64(step))
    d.add_incoming(following, builder.block)
    for phi, start, result in zip(phis, carried, results, strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(result, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, stop), inside, after)
    builder.position_at_end(after)
    return results


def lane_sums(builder, vectors):
    """Emit the sum of each vector's lanes, `LANES` sums to a vector, by folding pairs of vectors into one.

    Before a fold a vector holds the partial sums of some groups, `width` lanes each; after it, twice the groups at half
    the width: two shuffles and one addition for each pair, whereas summing each vector alone takes four of both.
    """
    width = LANES
    while width > 1:
        low = [lane for lane in range(2 * LANES) if lane % width < width // 2]
        high = [lane + width // 2 for lane in low]
        pairs = [(vectors[k], vectors[k + 1 if k + 1 < len(vectors) else k]) for k in range(0, len(vectors), 2)]
        vectors = [builder.fadd(shuffle(builder, x, y, low), shuffle(builder, x, y, high)) for x, y in pairs]
        width //= 2
    return vectors


def blocks(builder, count, sizes, body):
    """Emit `body(start, size)` for each register block of `count` rows; each size has code of its own."""
    start = I64(0)
    for size in sizes:
        before, test = builder.block, builder.append_basic_block(f"block{size}")
        inside, after = builder.append_basic_block(f"block{size}_body"), builder.append_basic_block(f"block{size}_end")
        builder.branch(test)
        builder.position_at_end(test)
        here = builder.phi(I64)
        here.add_incoming(start, before)
        following = builder.add(here, I64(size))
        builder.cbranch(builder.icmp_signed("<=", following, count), inside, after)
        builder.position_at_end(inside)
        body(here, size)
        here.add_incoming(following, builder.block)
        builder.branch(test)
        builder.position_at_end(after)
        start = here
