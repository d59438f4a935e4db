package lift

import (
	"cmp"
	"errors"
	"slices"

	"github.com/energeticc/energeticc/codegen/lift/variant"
)

// reach gives the declarations that a request needs on any platform, in the
// order of their sources. Kernels to specialise are not among them, unless they
// are needed as they are, too.
func (lib *library) reach(r Request) ([]*decl, error) {
	var errs []error
	roots := slices.Clone(r.Names)
	for _, name := range r.Names {
		_, err := lib.named(name)
		errs = append(errs, err)
	}
	for _, s := range r.Specialise {
		d, err := lib.named(s.Kernel)
		if err == nil {
			var needs []string
			needs, err = d.specialNeeds(s)
			roots = append(roots, needs...)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	reached := map[*decl]bool{}
	for _, v := range variant.All {
		lib.walk(roots, v.Name, reached)
	}
	var set []*decl
	for d := range reached {
		set = append(set, d)
	}
	slices.SortFunc(set, func(a, b *decl) int { return cmp.Compare(a.order, b.order) })
	return set, nil
}

// walk adds to reached what names need in one build variant. A name that the
// variant lacks is no loss: it was noted in a file that the variant shares.
func (lib *library) walk(names []string, variant string, reached map[*decl]bool) {
	work := slices.Clone(names)
	seen := map[string]bool{}
	for len(work) > 0 {
		name := work[len(work)-1]
		work = work[:len(work)-1]
		d := lib.find(name, variant)
		if d == nil || seen[name] {
			continue
		}
		seen[name] = true
		reached[d] = true
		for _, u := range d.Uses {
			work = append(work, u.Target)
		}
	}
}
