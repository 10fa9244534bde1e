package dev.parley.cli.source;

/// Why a line of an input became no message. The report counts lines under these.
public enum SkipReason {
  EMPTY_LINE("empty line"),
  SYSTEM("system line: somebody came, went or changed a name"),
  ACTION("action (* nick does …), not wanted"),
  NOTICE("notice (-nick- …)"),
  NO_TEXT("name without text"),
  NOT_A_CHAT_LINE("not a line of a chat log"),
  LINE_TOO_LONG("line longer than 1 MiB"),
  NOT_JSON("not a JSON object of a message"),
  NO_AUTHOR("message without sender.id"),
  NO_ROOM("message without room_id"),
  NO_CONTENT("message without content"),
  DELETED("deleted message"),
  SYSTEM_MESSAGE("message of the server itself");

  private final String words;

  SkipReason(String words) {
    this.words = words;
  }

  /// The reason for people.
  public String words() {
    return words;
  }
}
