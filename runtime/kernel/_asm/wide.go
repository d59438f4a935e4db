package asm

// What AVX-512 has, too: the same programs write it.

//go:generate go run ./gemm -isa AVX512 -out ../gemm_avx512_amd64.s -stubs ../gemm_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn exp -isa AVX512 -out ../math_exp_avx512_amd64.s -stubs ../math_exp_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn sigmoid -isa AVX512 -out ../math_sigmoid_avx512_amd64.s -stubs ../math_sigmoid_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn silu -isa AVX512 -out ../math_silu_avx512_amd64.s -stubs ../math_silu_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn tanh -isa AVX512 -out ../math_tanh_avx512_amd64.s -stubs ../math_tanh_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn erf -isa AVX512 -out ../math_erf_avx512_amd64.s -stubs ../math_erf_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn gelu -isa AVX512 -out ../math_gelu_avx512_amd64.s -stubs ../math_gelu_avx512_amd64.go -pkg kernel
//go:generate go run ./unary -fn geluTanh -isa AVX512 -out ../math_gelutanh_avx512_amd64.s -stubs ../math_gelutanh_avx512_amd64.go -pkg kernel
//go:generate go run ./softmax -isa AVX512 -out ../softmax_avx512_amd64.s -stubs ../softmax_avx512_amd64.go -pkg kernel
//go:generate go run ./attention -isa AVX512 -out ../attention_avx512_amd64.s -stubs ../attention_avx512_amd64.go -pkg kernel
//go:generate go run ./recurrent -fn lstm -isa AVX512 -out ../lstm_avx512_amd64.s -stubs ../lstm_avx512_amd64.go -pkg kernel
//go:generate go run ./recurrent -fn gru -isa AVX512 -out ../gru_avx512_amd64.s -stubs ../gru_avx512_amd64.go -pkg kernel
//go:generate go run ./conv -isa AVX512 -out ../conv_avx512_amd64.s -stubs ../conv_avx512_amd64.go -pkg kernel
//go:generate go run ./depthwise -isa AVX512 -out ../conv_depthwise_avx512_amd64.s -stubs ../conv_depthwise_avx512_amd64.go -pkg kernel
