package image

import "github.com/energeticc/energeticc/runtime/kernel"

// DecodeRGB makes *dst a picture's pixels, [height, width, 3]: red, green and blue or, if reversed, blue, green and
// red. What is no picture, or a damaged one, gives [0, 0, 3].
func DecodeRGB(dst **kernel.Tensor[uint8], src []byte, reversed bool) {
	im, err := DecodeImage(src)
	if err != nil {
		*dst = &kernel.Tensor[uint8]{Data: []uint8{}, Shape: []int{0, 0, 3}}
		return
	}
	pix := im.Pix
	if im.Channels == 1 {
		pix = make([]byte, 0, 3*len(im.Pix))
		for _, v := range im.Pix {
			pix = append(pix, v, v, v)
		}
	}
	if reversed {
		for i := 0; i+3 <= len(pix); i += 3 {
			pix[i], pix[i+2] = pix[i+2], pix[i]
		}
	}
	*dst = &kernel.Tensor[uint8]{Data: pix, Shape: []int{im.Height, im.Width, 3}}
}

// DecodeGray makes *dst a picture's brightness by ITU-R 601, [height, width, 1]. What is no picture, or a damaged one,
// gives [0, 0, 1].
func DecodeGray(dst **kernel.Tensor[uint8], src []byte) {
	im, err := DecodeImage(src)
	if err != nil {
		*dst = &kernel.Tensor[uint8]{Data: []uint8{}, Shape: []int{0, 0, 1}}
		return
	}
	pix := im.Pix
	if im.Channels == 3 {
		pix = pix[:im.Height*im.Width]
		for i := range pix {
			r, g, b := uint32(im.Pix[3*i]), uint32(im.Pix[3*i+1]), uint32(im.Pix[3*i+2])
			pix[i] = byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
		}
	}
	*dst = &kernel.Tensor[uint8]{Data: pix, Shape: []int{im.Height, im.Width, 1}}
}
