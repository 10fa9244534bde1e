package dev.parley.cli.chat;

import dev.parley.cli.command.Nearest;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The commands of the chat: how they are called, what they take, what they do.
enum CommandWord {
  HELP("[COMMAND]", "what there is to type", Kind.COMMAND),
  JOIN("ROOM", "enter a room and switch to it", Kind.ROOM),
  LEAVE("[ROOM]", "leave a room for good; without one, this room", Kind.JOINED_ROOM),
  SWITCH("ROOM", "look at another of your rooms", Kind.JOINED_ROOM),
  ROOMS("", "all rooms that there are", Kind.NOTHING),
  CREATE("ID [NAME]", "make a room and enter it; an id has no spaces", Kind.NOTHING),
  INVITE("USER [moderator|owner]", "make somebody a member of this room, or more", Kind.USER),
  USERS("", "who is online in this room", Kind.NOTHING),
  DM("USER [TEXT]", "talk with one person alone", Kind.USER),
  ME("TEXT", "say that you do something", Kind.TEXT),
  REPLY("NUMBER|last TEXT", "answer a message", Kind.TARGET),
  EDIT("NUMBER|last TEXT", "change a message of yours", Kind.TARGET),
  DELETE("NUMBER|last", "delete a message of yours", Kind.TARGET),
  REACT("NUMBER|last EMOJI", "put an emoji on a message; -EMOJI takes it off", Kind.TARGET),
  STOP("", "end what an assistant is writing for you", Kind.NOTHING),
  HISTORY("[COUNT [NUMBER]]", "older messages: the newest, or those before one", Kind.NOTHING),
  SEARCH("WORDS", "find messages in this room", Kind.TEXT),
  STATUS("online|away|busy", "how you appear to others", Kind.STATUS),
  QUIT("", "end", Kind.NOTHING);

  /// What the first argument is, for completing it.
  enum Kind {
    NOTHING,
    TEXT,
    ROOM,
    JOINED_ROOM,
    USER,
    TARGET,
    STATUS,
    COMMAND
  }

  private final String arguments;
  private final String words;
  private final Kind kind;

  CommandWord(String arguments, String words, Kind kind) {
    this.arguments = arguments;
    this.words = words;
    this.kind = kind;
  }

  /// As it is typed, such as `/join`.
  String typed() {
    return "/" + name().toLowerCase(Locale.ROOT);
  }

  /// With its arguments, such as `/join ROOM`.
  String usage() {
    return arguments.isEmpty() ? typed() : typed() + " " + arguments;
  }

  /// What it does.
  String words() {
    return words;
  }

  /// What its first argument is.
  Kind kind() {
    return kind;
  }

  /// The command that is typed so; case does not matter. Null: none.
  static @Nullable CommandWord of(String typed) {
    for (CommandWord word : values()) {
      if (word.typed().equalsIgnoreCase(typed)) {
        return word;
      }
    }
    return null;
  }

  /// The command that was probably meant; null: nobody knows.
  static @Nullable String like(String typed) {
    return Nearest.to(typed, Stream.of(values()).map(CommandWord::typed).toList());
  }
}
