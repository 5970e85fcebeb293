^XA^PW400^LL200
^FX A code as plain text, 50 x 25 mm at 203 dpi. Field: human.
^FO30,60^A0N,56,50^FD{human}^FS
^FO30,140^A0N,22,20^FDKeep this code^FS
^XZ
