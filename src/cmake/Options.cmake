# cm_options carries warnings, hardening and sanitizers to every target of ours, and to nobody else.
add_library(cm_options INTERFACE)

target_compile_options(cm_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wwrite-strings
  -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Walloca
  -Wpointer-arith -Wswitch-enum -Wswitch-default -Wnull-dereference -Wdouble-promotion
  -Wimplicit-fallthrough -Wframe-larger-than=16384
  -Werror=unused-result -Werror=implicit-function-declaration
  -Werror=incompatible-pointer-types -Werror=int-conversion -Werror=return-type)

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(cm_options INTERFACE
    -Wformat-signedness -Wformat-overflow=2 -Wformat-truncation=2 -Wduplicated-cond
    -Wduplicated-branches -Wlogical-op -Warith-conversion -Wcast-align=strict
    -Wstringop-overflow=4 -Walloc-zero -Wtrampolines)
elseif(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  target_compile_options(cm_options INTERFACE
    -Wthread-safety -Wmissing-variable-declarations -Wconditional-uninitialized -Wcomma
    -Wunreachable-code-aggressive -Wassign-enum -Wshorten-64-to-32 -Wloop-analysis)
endif()

if(CM_WERROR)
  target_compile_options(cm_options INTERFACE -Werror)
endif()

target_compile_options(cm_options INTERFACE -fno-common -fvisibility=hidden -fstack-protector-strong)
# --as-needed: a program of ours that draws nothing does not load what draws.
target_link_options(cm_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(cm_options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-clash-protection -fcf-protection=full)
  target_link_options(cm_options INTERFACE -Wl,-z,separate-code)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # clang 14 refuses it. -ftrivial-auto-var-init is left out on purpose: with it gcc 12.2 zeroes
    # live bytes of automatic arrays of structures that hold arrays of padded structures (it clears
    # padding at a wrong offset); unit.codes.coder fails with it.
    target_compile_options(cm_options INTERFACE -fzero-call-used-regs=used-gpr)
  endif()
endif()

if(CM_FUZZ)
  target_compile_options(cm_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(CM_SANITIZE)
  target_compile_options(cm_options INTERFACE
    -fsanitize=${CM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(cm_options INTERFACE -fsanitize=${CM_SANITIZE})
  # Instrumented code is deeper than ours: the frame limit speaks of the plain build.
  target_compile_options(cm_options INTERFACE -Wno-frame-larger-than)
endif()
