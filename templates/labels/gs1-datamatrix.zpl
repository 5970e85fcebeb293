^XA^PW640^LL320
^FX GS1 DataMatrix, 80 x 40 mm at 203 dpi: (01) GTIN of 14 digits, (21) code. Fields: gtin, code, human.
^FX @ is the escape character: @1 is FNC1. (01) is of fixed length and (21) is last: no separator.
^FO240,60^BXN,6,200,,,,@^FD@101{gtin}21{code}^FS
^FO40,230^A0N,26,24^FD(01) {gtin}^FS
^FO40,265^A0N,26,24^FD(21) {human}^FS
^XZ
