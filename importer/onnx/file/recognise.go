package file

import "bytes"

// foreign lists files that are mistaken for ONNX models, by the bytes at an offset.
// They are looked at only once decoding has failed: a producer may be called TFL3.
var foreign = []struct {
	at           int
	magic        string
	kind, advice string
}{
	{0, "PK\x03\x04", "a zip archive", "unpack it and name the .onnx file"},
	{0, "\x1f\x8b", "a gzip file", "unpack it and name the .onnx file"},
	{257, "ustar", "a tar archive", "unpack it and name the .onnx file"},
	{0, "version https://git-lfs", "a Git LFS pointer", "fetch the file it stands for with git lfs pull"},
	{0, "\x89HDF\r\n", "a Keras HDF5 file", "export it to ONNX with tf2onnx"},
	{4, "TFL3", "a TensorFlow Lite model", "export the original to ONNX with tf2onnx"},
	{4, "ORTM", "a model in ONNX Runtime's own format", "name the .onnx file it was made from"},
	{0, "\x80\x02", "a Python pickle", "export it to ONNX with torch.onnx or skl2onnx"},
	{0, "\x80\x03", "a Python pickle", "export it to ONNX with torch.onnx or skl2onnx"},
	{0, "\x80\x04", "a Python pickle", "export it to ONNX with torch.onnx or skl2onnx"},
	{0, "\x80\x05", "a Python pickle", "export it to ONNX with torch.onnx or skl2onnx"},
	{0, "\x89PNG", "a PNG image", "name a .onnx file"},
	{0, "\xff\xd8\xff", "a JPEG image", "name a .onnx file"},
	{0, "{", "a JSON text", "name a .onnx file"},
	{0, "<", "a web page", "the download probably failed; fetch the model again"},
}

// recognise says what data is and what to do, or nothing where it cannot tell.
func recognise(data []byte) (kind, advice string) {
	if len(data) == 0 {
		return "an empty file", "fetch or export the model again"
	}
	for _, f := range foreign {
		if len(data) > f.at && bytes.HasPrefix(data[f.at:], []byte(f.magic)) {
			return f.kind, f.advice
		}
	}
	return "", ""
}
