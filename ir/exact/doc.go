// Package exact holds the elementary functions that constant folding and the
// reference evaluator use: the same bits on every platform, and below one unit
// in the last place.
//
// The standard library's math package has assembly of its own on some platforms
// and lets the compiler fuse on others, so its transcendentals differ between
// hosts. Here every function is its textbook formula, evaluated in double-double
// arithmetic (106 bits) and rounded once; of math only correctly rounded
// operations are used.
//
//	exact.Exp(1)               // 2.718281828459045
//	exact.Log10(1000)          // 3
//	exact.Sin(1e22)            // -0.8522008497671888
//	exact.Pow(2, 0.5)          // 1.4142135623730951
//	exact.Erf(math.Inf(1))     // 1
package exact
