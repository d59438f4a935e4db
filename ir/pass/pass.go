package pass

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Pass is one step of the way from an imported graph to one that is planned.
type Pass struct {
	Name string
	Func func(*ir.Graph) error
	// After names the passes that must stand before this one, and Why says what they leave for it.
	After []string
	Why   string
}

// passes is the order. A pass's own file says what it does; a test holds the order against every After.
var passes = []Pass{
	{Name: "expand", Func: expand},
	{Name: "sizes", Func: sizes, After: []string{"expand"}, Why: "bodies compute shapes too"},
	{Name: "fold", Func: fold, After: []string{"sizes"}, Why: "a size that is a number makes its users constant"},
	{Name: "late sizes", Func: sizes, After: []string{"fold"}, Why: "a folded constant may be a shape, or settle which branch runs"},
	{Name: "identity", Func: identity, After: []string{"late sizes"}, Why: "operands that do nothing show once they are constants, and shapes once they are inferred"},
	{Name: "cse", Func: cse, After: []string{"identity"}, Why: "what differs by steps that do nothing is the same"},
	{Name: "dce", Func: dce, After: []string{"cse"}, Why: "users counted by the fusions must be real ones"},
	{Name: "fuse_pad", Func: fusePad, After: []string{"fold", "identity"}, Why: "sizes and the number to pad with are constants"},
	{Name: "dequant", Func: dequant, After: []string{"dce"}, Why: "weights are matched while they are still behind their casts and scales, which fold leaves since they would grow"},
	{Name: "scaled", Func: scaled, After: []string{"dequant"}, Why: "weights are bytes with their scales, and products bare"},
	{Name: "exact_conv", Func: exactConv, After: []string{"fold", "identity"}, Why: "weights are bare, and zero points that are 0 gone"},
	{Name: "dequant_conv", Func: dequantConv, After: []string{"exact_conv", "scaled"}, Why: "what convolves integers is no convolution of floats any more"},
	{Name: "sink_gather", Func: sinkGather, After: []string{"fold", "dce"}, Why: "small tables are folded, and a table's readers must be real ones"},
	{Name: "fuse_layernorm", Func: fuseLayerNorm, After: []string{"cse"}, Why: "exporters compute x - mean twice"},
	{Name: "fuse_gelu", Func: fuseGelu, After: []string{"identity", "fold"}, Why: "the constants must be bare"},
	{Name: "fuse_rotary", Func: fuseRotary, After: []string{"identity", "cse"}, Why: "sizes are numbers by then, and equal angles one value"},
	{Name: "fold_scale", Func: foldScale, After: []string{"fuse_layernorm", "fuse_gelu", "dequant_conv"}, Why: "their scales belong to them, not to the product before, and codes take a scale for each filter"},
	{Name: "one_hot", Func: oneHot, After: []string{"fold", "identity"}, Why: "the numbers that ids are compared with are constants"},
	{Name: "hoist_rows", Func: hoistRows, After: []string{"one_hot", "fold_scale", "fuse_gelu"}, Why: "a product has become a look-up, and activations are one node"},
	{Name: "fuse_transpose", Func: fuseTranspose, After: []string{"identity"}, Why: "of transposes in a row one is left"},
	{Name: "fuse_attention", Func: fuseAttention, After: []string{"fold_scale", "fuse_transpose"}, Why: "scales are in the products, and transposed keys their attribute"},
	{Name: "share_weights", Func: shareWeights, After: []string{"fuse_transpose", "dequant", "fold_scale"}, Why: "which layout a product wants is settled, and weights that are left are shared"},
	{Name: "fuse_bias", Func: fuseBias, After: []string{"fold_scale"}, Why: "a bias in its input can be scaled no more by the pattern of nodes"},
	{Name: "fuse_residual", Func: fuseResidual, After: []string{"fuse_bias", "share_weights"}, Why: "a bias is no residual, and only packed weights take one"},
	{Name: "fuse_activation", Func: fuseActivation, After: []string{"fuse_residual", "fuse_gelu"}, Why: "a residual is added before the activation, and Gelu must be one node"},
	{Name: "requantize", Func: requantize, After: []string{"scaled", "fuse_bias", "fuse_residual", "fuse_activation"}, Why: "quantisation comes last"},
	{Name: "late fold", Func: lateFold, After: []string{"fold_scale", "scaled", "dequant_conv"}, Why: "scales that were folded leave constants to compute, and weights are left that no product took as they are stored"},
	{Name: "late cse", Func: cse, After: []string{"late fold"}, Why: "so may constants be equal now"},
	{Name: "late dce", Func: dce, After: []string{"late cse", "fuse_activation", "share_weights"}, Why: "the plan has a step for every node that is left"},
}

// Options steer a run.
type Options struct {
	Verify bool   // verify the graph before the first and after every pass
	Until  string // stop after this pass; "" runs all
	Trace  func(name string, g *ir.Graph)
}

// Names lists the passes in their order.
func Names() []string {
	names := make([]string, len(passes))
	for i, p := range passes {
		names[i] = p.Name
	}
	return names
}

// Run improves a graph, in place, by the passes in their order.
func Run(g *ir.Graph, opt Options) error {
	last := len(passes) - 1
	if opt.Until != "" {
		if last = indexOf(opt.Until); last < 0 {
			return fmt.Errorf("no pass is named %q; they are %q", opt.Until, Names())
		}
	}
	if err := verify(g, opt, "import"); err != nil {
		return err
	}
	for _, p := range passes[:last+1] {
		if err := p.Func(g); err != nil {
			return fmt.Errorf("pass %s: %w", p.Name, err)
		}
		if err := verify(g, opt, "pass "+p.Name); err != nil {
			return err
		}
		if opt.Trace != nil {
			opt.Trace(p.Name, g)
		}
	}
	return nil
}

func verify(g *ir.Graph, opt Options, after string) error {
	if !opt.Verify {
		return nil
	}
	if err := ir.Verify(g); err != nil {
		return fmt.Errorf("after %s: %w", after, err)
	}
	return nil
}

func indexOf(name string) int {
	for i, p := range passes {
		if p.Name == name {
			return i
		}
	}
	return -1
}
