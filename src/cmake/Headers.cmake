# The public headers, in alphabetical order: installed, compiled alone, and held to their word by
# tests/consumer/symbols.sh. tests/lint/contracts.sh refuses a header that stands in neither list.
set(CM_PUBLIC_HEADERS
  countermark/alphabet.h
  countermark/bytes.h
  countermark/card.h
  countermark/check.h
  countermark/code.h
  countermark/engine.h
  countermark/error.h
  countermark/life.h
  countermark/run.h
  countermark/scheme.h
  countermark/verdict.h)

# Agreed but without all their code: not installed. The day the last function of one is there,
# consumer.symbols asks for it to move up.
set(CM_COMING_HEADERS)

list(TRANSFORM CM_PUBLIC_HEADERS PREPEND ${CMAKE_SOURCE_DIR}/include/)
list(TRANSFORM CM_COMING_HEADERS PREPEND ${CMAKE_SOURCE_DIR}/include/)
