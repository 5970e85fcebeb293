^XA^PW400^LL200
^FX A QR code of the whole address, 50 x 25 mm at 203 dpi. Fields: code, human, url.
^FX ^FDMA, means: error correction M, the printer chooses the input mode.
^FO20,10^BQN,2,4^FDMA,{url}^FS
^FO200,80^A0N,30,26^FD{human}^FS
^XZ
