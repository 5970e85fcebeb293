^XA^PW800^LL240
^FX Code 128 with everything that set B can say, > among it, and a box.
^BY2^FO200,60^BCN,80,N,N,N^FD{code}^FS
^FO40,180^GB300,20,3^FS
^XZ
