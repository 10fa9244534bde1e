package dev.parley.cli.source;

/// What is worth telling about a line that did become a message. The report counts these too.
public enum Remark {
  ACTION("action, taken as \"* nick does something\""),
  BLANK_TEXT("nothing visible was said: one space stands for it"),
  CODES_REMOVED("formatting codes or control characters removed"),
  NOT_UTF8("not UTF-8: read as Windows-1252"),
  UNKNOWN_FIELDS("fields that a message does not have, left out"),
  ID_MADE("message without id: made from its file, line and content");

  private final String words;

  Remark(String words) {
    this.words = words;
  }

  /// The remark for people.
  public String words() {
    return words;
  }
}
