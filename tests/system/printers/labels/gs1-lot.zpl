^XA^PW640^LL320
^FX GS1 DataMatrix with separators: {element} holds one (GS) in the unit's own text, behind (21) of
^FX varying length; @1 in the template is the other.
^FO240,60^BXN,6,200,,,,@^FD@101{gtin}{element}@1240X-1^FS
^FO40,265^A0N,26,24^FH\^FD{human}^FS
^XZ
