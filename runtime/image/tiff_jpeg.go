package image

// jpeg decodes a chunk that is a JPEG file, but for tables that all chunks share.
func (d *tiffDecoder) jpeg(src []byte, stride, rows int) ([]byte, string) {
	j := &jpegDecoder{}
	if f, ok := d.fields[tiffJPEGTables]; ok && tiffTypeSize(f.kind) == 1 && f.count > 2 {
		j.jpegBits = jpegBits{data: d.data[f.at : f.at+f.count], at: 2}
		if _, err := j.segments(); err != nil || j.comps != nil {
			return nil, "the shared tables of JPEG are broken"
		}
	}
	j.jpegBits = jpegBits{data: src}
	if err := j.header(); err != nil {
		return nil, err.Error()
	}
	if j.width != d.chunkW || j.height < rows || j.height > d.chunkH || len(j.comps) != d.perPlane {
		return nil, "a JPEG strip or tile does not have its size"
	}
	if err := j.readScans(); err != nil {
		return nil, err.Error()
	}
	dst := make([]byte, stride*rows)
	var parts, room [4][]byte
	for y := range rows {
		j.rowOf(y, &parts, &room)
		out := dst[stride*y : stride*(y+1)]
		if d.photo == tiffYCbCr && len(j.comps) == 3 {
			jpegYCC(out, parts[0], parts[1], parts[2])
			continue
		}
		for k := range j.comps {
			for x := range j.width {
				out[x*len(j.comps)+k] = parts[k][x]
			}
		}
	}
	return dst, ""
}
