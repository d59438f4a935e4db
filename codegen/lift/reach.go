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
	reached := lib.walk(roots)
	var set []*decl
	for d := range reached {
		set = append(set, d)
	}
	slices.SortFunc(set, func(a, b *decl) int { return cmp.Compare(a.order, b.order) })
	return set, nil
}

// walk gives what names need in any build variant. A declaration that one variant needs is written for all that share
// its file, so what it needs in those is needed too. A name that a variant lacks is no loss: it was noted in a file
// that the variant shares.
func (lib *library) walk(names []string) map[*decl]bool {
	type place struct{ name, variant string }
	var work []place
	for _, v := range variant.All {
		for _, name := range names {
			work = append(work, place{name, v.Name})
		}
	}
	reached, seen := map[*decl]bool{}, map[place]bool{}
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		d := lib.find(at.name, at.variant)
		if d == nil || seen[at] {
			continue
		}
		seen[at] = true
		for _, u := range d.Uses {
			work = append(work, place{u.Target, at.variant})
		}
		if reached[d] {
			continue
		}
		reached[d] = true
		for _, v := range variant.All {
			if lib.find(at.name, v.Name) == d {
				work = append(work, place{at.name, v.Name})
			}
		}
	}
	return reached
}
