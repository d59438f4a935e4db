package ir

// Call is one call of a kernel, as data: ops say what to run without knowing how source is written.
type Call struct {
	Kernel string  // package and function below runtime/: "kernel.SoftmaxF32"
	Types  []DType // type arguments where Go cannot infer them
	Args   []Arg
	// Each is set where every element of the result is computed of those at its place in the other slices, and of slices
	// of one element: such a call may be made part by part.
	Each bool
	// Bind names the data symbols that the kernel's results are, in order; "" drops a result.
	Bind []string
	// Fault is set for kernels whose last result is the position of the first element at fault, -1 if there is none.
	Fault *Fault
}

// Fault says what the error tells.
type Fault struct {
	Text string // "index out of range", "delta is 0"
	Arg  int    // the argument in which the position counts; -1 for none
	Lo   Dim    // for an index: the smallest allowed value
	Hi   Dim    // and the first beyond
}

// ArgKind says what an argument is.
type ArgKind uint8

// The kinds of arguments.
const (
	ArgIn      ArgKind = iota // the slice of input Index
	ArgOut                    // the slice of output Index
	ArgScratch                // memory of DType and Dim elements for the node's time; same Index is the same memory; Name and the shape Dims may say what it holds
	ArgInt                    // Dim as an int
	ArgInts                   // Dims as an []int
	ArgNum                    // Num as a constant of DType
	ArgBool                   // Num != 0
	ArgWeights                // Tensor, packed into weights.bin
	ArgFunc                   // the kernel Name as a value, instantiated with Types
	ArgStruct                 // the composite literal Name{Args...}, instantiated with Types
	ArgNil                    // nil
	ArgText                   // the string Name as a constant
	ArgSlice                  // an []T literal of Args, all of one kind; DType for numbers, Name for other types
	ArgDraw                   // a uint64 that differs in each call that a session makes with one
)

// Arg is an argument of a Call. Off and Len, where Sub is set, cut the slice to [Off : Off+Len].
type Arg struct {
	Kind   ArgKind
	Index  int
	Dim    Dim
	Dims   []Dim
	Num    float64
	Int    int64 // the value where DType is an integer type that float64 cannot hold
	DType  DType
	Tensor *Tensor
	Name   string
	Types  []DType
	Args   []Arg
	Sub    bool
	Off    Dim
	Len    Dim
}

// In is the slice of input i: a slot, a graph's input or constant weights.
func In(i int) Arg { return Arg{Kind: ArgIn, Index: i} }

// Out is the slice of output i.
func Out(i int) Arg { return Arg{Kind: ArgOut, Index: i} }

// Scratch is memory that only this node uses; its contents are arbitrary. Index tells several apart.
func Scratch(index int, d DType, n Dim) Arg {
	return Arg{Kind: ArgScratch, Index: index, DType: d, Dim: n}
}

// Int is a size as an int.
func Int(d Dim) Arg { return Arg{Kind: ArgInt, Dim: d} }

// IntC is a number as an int.
func IntC(v int) Arg { return Int(Const(int64(v))) }

// Ints are sizes as an []int that the kernel does not keep.
func Ints(d ...Dim) Arg { return Arg{Kind: ArgInts, Dims: d} }

// IntsC are numbers as an []int that the kernel does not keep.
func IntsC(v ...int) Arg { return Ints(ConstDims(v)...) }

// Num is a number of an element type.
func Num(d DType, v float64) Arg { return Arg{Kind: ArgNum, DType: d, Num: v, Int: int64(v)} }

// NumOf is a tensor's element as a constant.
func NumOf(t *Tensor, i int) Arg {
	a := Num(t.DType, t.Float(i))
	if t.DType.IsInteger() {
		a.Int = t.Int(i)
	}
	return a
}

// Flag is a truth value.
func Flag(b bool) Arg { return Arg{Kind: ArgBool, Num: float64(b2u(b))} }

// Weights is a constant that the compiler made for the kernel: packed panels, tables.
func Weights(t *Tensor) Arg { return Arg{Kind: ArgWeights, Tensor: t} }

// Func is a kernel as a value.
func Func(name string, types ...DType) Arg { return Arg{Kind: ArgFunc, Name: name, Types: types} }

// Struct is a composite literal of a type below runtime/.
func Struct(name string, args ...Arg) Arg { return Arg{Kind: ArgStruct, Name: name, Args: args} }

// Nil is nil.
func Nil() Arg { return Arg{Kind: ArgNil} }

// Draw is a number that differs in each call that a session makes with one: 1, then 2, and so on. Random numbers without
// a seed go by it.
func Draw() Arg { return Arg{Kind: ArgDraw} }

// Text is a string.
func Text(s string) Arg { return Arg{Kind: ArgText, Name: s} }

// Slices is a literal []T of slices of one element type: [][]float32{a, b}.
func Slices(d DType, args ...Arg) Arg { return Arg{Kind: ArgSlice, DType: d, Args: args} }

// At cuts a slice argument.
func (a Arg) At(off, n Dim) Arg {
	a.Sub, a.Off, a.Len = true, off, n
	return a
}
