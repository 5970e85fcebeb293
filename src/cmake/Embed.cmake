# cm_embed(OUT.c TABLE HEADER FILE...): a C file that holds the files' bytes and a table of them,
# ended by a NULL name. Programs find what is shipped with them wherever they are installed.
function(cm_embed out table header)
  set(bodies "")
  set(rows "")
  set(i 0)
  foreach(path IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND bodies "static const unsigned char file_${i}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\", file_${i}, sizeof file_${i}},\n")
    math(EXPR i "${i} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT
"/* Made by cm_embed: files that are shipped with the program. */
#include \"${header}\"

${bodies}
const struct shipped_file ${table}[] = {
${rows}    {0, 0, 0}};
")
endfunction()
