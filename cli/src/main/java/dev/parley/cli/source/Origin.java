package dev.parley.cli.source;

/// Where something stands in the input.
///
/// @param file the file's name; `-` for standard input
/// @param line from 1
public record Origin(String file, long line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
