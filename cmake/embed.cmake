# sq_embed(OUT NAME FILE [NAME FILE ...]) writes a C source with the bytes of the files in the table `sq_templates`
# (sim/cli/templates.h) under the names given. By CMake alone: a build needs no interpreter.
function(sq_embed out)
  set(arrays "")
  set(rows "")
  set(i 0)
  set(rest ${ARGN})
  while(rest)
    list(POP_FRONT rest name path)
    file(READ ${path} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
    string(APPEND arrays "static const unsigned char file_${i}[] = {${hex}};\n")
    string(APPEND rows "    {\"${name}\", file_${i}, sizeof file_${i}},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    math(EXPR i "${i} + 1")
  endwhile()
  set(text "/* Made by cmake/embed.cmake. */
#include \"cli/templates.h\"

${arrays}
const sq_template sq_templates[] = {
${rows}    {0, 0, 0},
};
")
  set(before "")
  if(EXISTS ${out})
    file(READ ${out} before)
  endif()
  if(NOT text STREQUAL before) # an unchanged file keeps its time, and what depends on it is not built again
    file(WRITE ${out} "${text}")
  endif()
endfunction()
