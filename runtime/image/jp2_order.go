package image

import (
	"cmp"
	"slices"
)

// Progressions (ISO 15444-1 table A.16), named by what changes slowest first:
// layer, resolution, component, position.
const (
	jp2LRCP = iota
	jp2RLCP
	jp2RPCL
	jp2PCRL
	jp2CPRL
)

// jp2Place is a precinct and where it stands in the orders.
type jp2Place struct {
	comp, resolution, index int
	x, y                    int64 // of its corner on the reference grid
}

// places lists the precincts of t within v.
func (s *jp2Stream) places(t *jp2Tile, v *jp2Volume) []jp2Place {
	var list []jp2Place
	for c := v.comp; c < v.compEnd; c++ {
		tc := &t.comps[c]
		for r := v.resolution; r < min(v.resolutions, len(tc.resolutions)); r++ {
			res := &tc.resolutions[r]
			for i := range res.precincts {
				list = append(list, jp2Place{
					comp: c, resolution: r, index: i,
					x: jp2Corner(i%res.cols, res.px, res.pw, res.area.x0, res.levelsBehind, s.comps[c].dx, t.area.x0),
					y: jp2Corner(i/res.cols, res.py, res.ph, res.area.y0, res.levelsBehind, s.comps[c].dy, t.area.y0),
				})
			}
		}
	}
	return list
}

// jp2Corner is where precinct i in its row or column starts on the reference
// grid. first is the number of the row's first, which the tile may cut.
func jp2Corner(i, first, size, start, level, step, tile int) int64 {
	if i == 0 && start&(1<<size-1) != 0 {
		return int64(tile)
	}
	return int64(first+i) << (size + level) * int64(step)
}

// jp2Sort orders places as progression wants them, but for layers.
func jp2Sort(list []jp2Place, progression int) {
	slices.SortFunc(list, func(a, b jp2Place) int {
		r, c := cmp.Compare(a.resolution, b.resolution), cmp.Compare(a.comp, b.comp)
		p := cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
		i := cmp.Compare(a.index, b.index)
		switch progression {
		case jp2RPCL:
			return cmp.Or(r, p, c, i)
		case jp2PCRL:
			return cmp.Or(p, c, r, i)
		case jp2CPRL:
			return cmp.Or(c, p, r, i)
		}
		return cmp.Or(r, c, i)
	})
}

// readPackets reads all packets of t, those of the volumes one after the other. A
// precinct's layers that an earlier volume brought are not repeated.
func (d *jp2Packets) readPackets(t *jp2Tile) error {
	volumes := d.style.volumes
	if len(volumes) == 0 {
		volumes = []jp2Volume{{progression: d.style.progression, layers: d.style.layers, resolutions: 33, compEnd: len(t.comps)}}
	}
	for i := range volumes {
		v := &volumes[i]
		if v.progression > jp2CPRL {
			return d.stream.fail("unknown progression; want 0 to 4")
		}
		list := d.stream.places(t, v)
		jp2Sort(list, v.progression)
		if err := d.readVolume(t, v, list); err != nil {
			return err
		}
	}
	for c := range t.comps {
		last := len(t.comps[c].resolutions) - 1
		whole := func(v jp2Volume) bool {
			return v.comp <= c && c < v.compEnd && v.resolution <= last && last < v.resolutions && v.layers > 0
		}
		if !slices.ContainsFunc(volumes, whole) {
			return d.stream.fail("the changes of progression leave out a component or its finest resolution")
		}
	}
	return nil
}

func (d *jp2Packets) readVolume(t *jp2Tile, v *jp2Volume, list []jp2Place) error {
	switch v.progression {
	case jp2LRCP:
		for layer := range v.layers {
			if err := d.readPlaces(t, list, layer, layer+1); err != nil {
				return err
			}
		}
	case jp2RLCP:
		for len(list) > 0 {
			n := 1
			for n < len(list) && list[n].resolution == list[0].resolution {
				n++
			}
			for layer := range v.layers {
				if err := d.readPlaces(t, list[:n], layer, layer+1); err != nil {
					return err
				}
			}
			list = list[n:]
		}
	default:
		return d.readPlaces(t, list, 0, v.layers)
	}
	return nil
}

// readPlaces reads layers from first to before end of each of list, as far as they
// are not known. Once the data ends, all that could follow is empty.
func (d *jp2Packets) readPlaces(t *jp2Tile, list []jp2Place, first, end int) error {
	for _, p := range list {
		tc := &t.comps[p.comp]
		res := &tc.resolutions[p.resolution]
		for layer := first; layer < end; layer++ {
			if layer < res.precincts[p.index].layers {
				continue
			}
			if len(*d.headers) == 0 && !d.style.eph {
				return nil
			}
			if err := d.packet(res, tc.style, p.index); err != nil {
				return err
			}
		}
	}
	return nil
}
