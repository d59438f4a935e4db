// Package asm holds the programs that write the kernels' amd64 assembly, by avo. It is a module of its own, so that
// nobody who uses the compiler depends on avo.
//
//	go generate -C runtime/kernel/_asm ./...
//
// Every program writes NAME_amd64.s and, with the declarations for Go, NAME_amd64.go. What calls those and must know
// what they demand of their arguments is written by hand, beside the kernel's portable twin.
//
// Arguments are plain ones, on the stack, rather than a pointer to a structure: it takes as many stores to fill either,
// and go vet compares every use of a plain one with the declaration.
package asm

//go:generate go run ./gemm -isa AVX2 -out ../gemm_avx2_amd64.s -stubs ../gemm_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn exp -out ../math_exp_avx2_amd64.s -stubs ../math_exp_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn sigmoid -out ../math_sigmoid_avx2_amd64.s -stubs ../math_sigmoid_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn silu -out ../math_silu_avx2_amd64.s -stubs ../math_silu_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn tanh -out ../math_tanh_avx2_amd64.s -stubs ../math_tanh_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn erf -out ../math_erf_avx2_amd64.s -stubs ../math_erf_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn gelu -out ../math_gelu_avx2_amd64.s -stubs ../math_gelu_avx2_amd64.go -pkg kernel
//go:generate go run ./unary -fn geluTanh -out ../math_gelutanh_avx2_amd64.s -stubs ../math_gelutanh_avx2_amd64.go -pkg kernel
//go:generate go run ./softmax -out ../softmax_avx2_amd64.s -stubs ../softmax_avx2_amd64.go -pkg kernel
//go:generate go run ./attention -out ../attention_avx2_amd64.s -stubs ../attention_avx2_amd64.go -pkg kernel
//go:generate go run ./transpose -out ../transpose_avx2_amd64.s -stubs ../transpose_avx2_amd64.go -pkg kernel
//go:generate go run ./layernorm -out ../layernorm_avx2_amd64.s -stubs ../layernorm_avx2_amd64.go -pkg kernel
//go:generate go run ./conv -out ../conv_avx2_amd64.s -stubs ../conv_avx2_amd64.go -pkg kernel
//go:generate go run ./columns -out ../conv_columns_avx2_amd64.s -stubs ../conv_columns_avx2_amd64.go -pkg kernel
//go:generate go run ./small -out ../conv_small_avx2_amd64.s -stubs ../conv_small_avx2_amd64.go -pkg kernel
//go:generate go run ./small -fn panels -out ../conv_panels_avx2_amd64.s -stubs ../conv_panels_avx2_amd64.go -pkg kernel
//go:generate go run ./act -fn relu -out ../act_relu_avx2_amd64.s -stubs ../act_relu_avx2_amd64.go -pkg kernel
//go:generate go run ./act -fn leakyRelu -out ../act_leakyrelu_avx2_amd64.s -stubs ../act_leakyrelu_avx2_amd64.go -pkg kernel
//go:generate go run ./act -fn clip -out ../act_clip_avx2_amd64.s -stubs ../act_clip_avx2_amd64.go -pkg kernel
//go:generate go run ./act -fn hardSigmoid -out ../act_hardsigmoid_avx2_amd64.s -stubs ../act_hardsigmoid_avx2_amd64.go -pkg kernel
//go:generate go run ./act -fn hardSwish -out ../act_hardswish_avx2_amd64.s -stubs ../act_hardswish_avx2_amd64.go -pkg kernel
//go:generate go run ./widen -from i8 -out ../widen_i8_avx2_amd64.s -stubs ../widen_i8_avx2_amd64.go -pkg kernel
//go:generate go run ./widen -from u8 -out ../widen_u8_avx2_amd64.s -stubs ../widen_u8_avx2_amd64.go -pkg kernel
//go:generate go run ./widen -from i32 -out ../widen_i32_avx2_amd64.s -stubs ../widen_i32_avx2_amd64.go -pkg kernel
//go:generate go run ./widen -from columnsI8 -out ../widen_columns_avx2_amd64.s -stubs ../widen_columns_avx2_amd64.go -pkg kernel
//go:generate go run ./widen -from f16 -out ../widen_f16_avx2_amd64.s -stubs ../widen_f16_avx2_amd64.go -pkg kernel
//go:generate go run ./narrow -to f16 -out ../narrow_f16_avx2_amd64.s -stubs ../narrow_f16_avx2_amd64.go -pkg kernel
//go:generate go run ./narrow -to i32 -out ../cast_i32_avx2_amd64.s -stubs ../cast_i32_avx2_amd64.go -pkg kernel
//go:generate go run ./narrow -to i8 -out ../quantize_i8_avx2_amd64.s -stubs ../quantize_i8_avx2_amd64.go -pkg kernel
//go:generate go run ./narrow -to u8 -out ../quantize_u8_avx2_amd64.s -stubs ../quantize_u8_avx2_amd64.go -pkg kernel
//go:generate go run ./binary -fn add -out ../elementwise_add_avx2_amd64.s -stubs ../elementwise_add_avx2_amd64.go -pkg kernel
//go:generate go run ./binary -fn sub -out ../elementwise_sub_avx2_amd64.s -stubs ../elementwise_sub_avx2_amd64.go -pkg kernel
//go:generate go run ./binary -fn mul -out ../elementwise_mul_avx2_amd64.s -stubs ../elementwise_mul_avx2_amd64.go -pkg kernel
//go:generate go run ./binary -fn div -out ../elementwise_div_avx2_amd64.s -stubs ../elementwise_div_avx2_amd64.go -pkg kernel
//go:generate go run ./depthwise -out ../conv_depthwise_avx2_amd64.s -stubs ../conv_depthwise_avx2_amd64.go -pkg kernel
//go:generate go run ./depthwise -fn maxTaps -out ../pool_avx2_amd64.s -stubs ../pool_avx2_amd64.go -pkg kernel
//go:generate go run ./depthwise -fn maxNumbers -out ../pool_numbers_avx2_amd64.s -stubs ../pool_numbers_avx2_amd64.go -pkg kernel
//go:generate go run ./gather -out ../conv_gather_avx2_amd64.s -stubs ../conv_gather_avx2_amd64.go -pkg kernel
//go:generate go run ./winograd -fn filters -out ../conv_winograd_filters_avx2_amd64.s -stubs ../conv_winograd_filters_avx2_amd64.go -pkg kernel
//go:generate go run ./winograd -fn input -out ../conv_winograd_input_avx2_amd64.s -stubs ../conv_winograd_input_avx2_amd64.go -pkg kernel
//go:generate go run ./winograd -fn output -out ../conv_winograd_output_avx2_amd64.s -stubs ../conv_winograd_output_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -bits 32 -out ../tree_row_u32_avx2_amd64.s -stubs ../tree_row_u32_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -bits 32 -rows -out ../tree_rows_u32_avx2_amd64.s -stubs ../tree_rows_u32_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -bits 64 -out ../tree_row_u64_avx2_amd64.s -stubs ../tree_row_u64_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -bits 64 -rows -out ../tree_rows_u64_avx2_amd64.s -stubs ../tree_rows_u64_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -fn votes -out ../tree_votes_avx2_amd64.s -stubs ../tree_votes_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -fn totals -out ../tree_totals_avx2_amd64.s -stubs ../tree_totals_avx2_amd64.go -pkg kernel
//go:generate go run ./tree -fn keys -out ../tree_keys_avx2_amd64.s -stubs ../tree_keys_avx2_amd64.go -pkg kernel
//go:generate go run ./decode -from i8 -out ../decode_i8_avx2_amd64.s -stubs ../decode_i8_avx2_amd64.go -pkg kernel
//go:generate go run ./decode -from u8 -out ../decode_u8_avx2_amd64.s -stubs ../decode_u8_avx2_amd64.go -pkg kernel
//go:generate go run ./decode -from u16 -out ../decode_u16_avx2_amd64.s -stubs ../decode_u16_avx2_amd64.go -pkg kernel
//go:generate go run ./affine -fn affine -out ../norm_affine_avx2_amd64.s -stubs ../norm_affine_avx2_amd64.go -pkg kernel
//go:generate go run ./affine -fn blend -out ../resize_blend_avx2_amd64.s -stubs ../resize_blend_avx2_amd64.go -pkg kernel
//go:generate go run ./argbest -out ../argmax_avx2_amd64.s -stubs ../argmax_avx2_amd64.go -pkg kernel
//go:generate go run ./recurrent -fn lstm -out ../lstm_avx2_amd64.s -stubs ../lstm_avx2_amd64.go -pkg kernel
//go:generate go run ./recurrent -fn gru -out ../gru_avx2_amd64.s -stubs ../gru_avx2_amd64.go -pkg kernel
//go:generate go run ./sums -fn sum -out ../reduce_sum_avx2_amd64.s -stubs ../reduce_sum_avx2_amd64.go -pkg kernel
//go:generate go run ./sums -fn abs -out ../reduce_abs_avx2_amd64.s -stubs ../reduce_abs_avx2_amd64.go -pkg kernel
//go:generate go run ./sums -fn square -out ../reduce_square_avx2_amd64.s -stubs ../reduce_square_avx2_amd64.go -pkg kernel
//go:generate go run ./dots -out ../matmul_inner_avx2_amd64.s -stubs ../matmul_inner_avx2_amd64.go -pkg kernel
//go:generate go run ./recurrent -fn rowI8 -out ../lstm_i8_avx2_amd64.s -stubs ../lstm_i8_avx2_amd64.go -pkg kernel
//go:generate go run ./span -out ../quantize_span_avx2_amd64.s -stubs ../quantize_span_avx2_amd64.go -pkg kernel
