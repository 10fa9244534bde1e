package dev.parley.cli.chat;

import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.UserStatus;
import dev.parley.cli.chat.ChatInput.Target;
import dev.parley.cli.chat.ChatInput.Wrong;
import dev.parley.cli.command.Given;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Understands lines. A pure function.
///
/// A line that begins with `/` is a command, one that begins with `//` a message that begins with
/// `/`, anything else a message.
final class InputGrammar {
  static final int DEFAULT_HISTORY = 20;
  private static final int MAX_HISTORY = 1_000;
  private static final Pattern FIRST_WORD = Pattern.compile("(\\S*)\\s*(.*)", Pattern.DOTALL);

  private InputGrammar() {}

  static ChatInput parse(String line) {
    String text = line.strip();
    if (text.isEmpty()) {
      return new ChatInput.Nothing();
    }
    if (!text.startsWith("/")) {
      return new ChatInput.Say(text);
    }
    if (text.startsWith("//")) {
      return new ChatInput.Say(text.substring(1));
    }
    Words words = Words.of(text);
    CommandWord command = CommandWord.of(words.first());
    if (command == null) {
      return unknown(words.first());
    }
    ChatInput input = parse(command, words.rest());
    return input == null ? wrong("expected: " + command.usage()) : input;
  }

  // Null: the arguments do not fit.
  private static @Nullable ChatInput parse(CommandWord command, String rest) {
    return switch (command) {
      case HELP -> help(rest);
      case JOIN -> isWord(rest) ? new ChatInput.Join(rest) : null;
      case LEAVE -> leave(rest);
      case SWITCH -> isWord(rest) ? new ChatInput.Switch(rest) : null;
      case CREATE -> create(Words.of(rest));
      case DM -> direct(Words.of(rest));
      case INVITE -> invite(Words.of(rest));
      case ME -> rest.isEmpty() ? null : new ChatInput.Act(rest);
      case REPLY -> reply(Words.of(rest));
      case EDIT -> edit(Words.of(rest));
      case DELETE -> delete(rest);
      case REACT -> react(Words.of(rest));
      case STOP -> rest.isEmpty() ? new ChatInput.Stop() : null;
      case HISTORY -> history(Words.of(rest));
      case SEARCH -> rest.isEmpty() ? null : new ChatInput.Search(rest);
      case STATUS -> status(rest.toLowerCase(Locale.ROOT));
      case ROOMS -> rest.isEmpty() ? new ChatInput.Rooms() : null;
      case USERS -> rest.isEmpty() ? new ChatInput.Users() : null;
      case QUIT -> new ChatInput.Quit();
    };
  }

  private static Wrong unknown(String typed) {
    String like = CommandWord.like(typed);
    String hint = like == null ? "/help lists all" : "did you mean " + like + "?";
    return new Wrong(
        "%s: there is no such command; %s (to say it, begin with //)".formatted(typed, hint), true);
  }

  private static ChatInput help(String rest) {
    CommandWord word = rest.isEmpty() ? null : CommandWord.of(slashed(rest));
    return rest.isEmpty() || word != null ? new ChatInput.Help(word) : unknown(slashed(rest));
  }

  private static @Nullable ChatInput leave(String rest) {
    if (rest.isEmpty()) {
      return new ChatInput.Leave(null);
    }
    return isWord(rest) ? new ChatInput.Leave(rest) : null;
  }

  private static @Nullable ChatInput create(Words words) {
    if (words.first().isEmpty()) {
      return null;
    }
    String wrong = Given.wrongRoom(words.first());
    return wrong == null ? new ChatInput.Create(words.first(), words.rest()) : wrong(wrong);
  }

  private static @Nullable ChatInput invite(Words words) {
    String user = user(words.first());
    MemberRole role =
        switch (words.rest().toLowerCase(Locale.ROOT)) {
          case "", "member" -> MemberRole.MEMBER_ROLE_MEMBER;
          case "moderator" -> MemberRole.MEMBER_ROLE_MODERATOR;
          case "owner" -> MemberRole.MEMBER_ROLE_OWNER;
          default -> MemberRole.MEMBER_ROLE_UNKNOWN;
        };
    return user.isEmpty() || role == MemberRole.MEMBER_ROLE_UNKNOWN
        ? null
        : new ChatInput.Invite(user, role);
  }

  private static String user(String word) {
    return word.startsWith("@") ? word.substring(1) : word;
  }

  private static @Nullable ChatInput direct(Words words) {
    String user = user(words.first());
    return user.isEmpty() ? null : new ChatInput.Direct(user, words.rest());
  }

  private static @Nullable ChatInput reply(Words words) {
    Target target = target(words.first());
    return target == null || words.rest().isEmpty()
        ? null
        : new ChatInput.Reply(target, words.rest());
  }

  private static @Nullable ChatInput edit(Words words) {
    Target target = target(words.first());
    return target == null || words.rest().isEmpty()
        ? null
        : new ChatInput.Edit(target, words.rest());
  }

  private static @Nullable ChatInput delete(String rest) {
    Target target = target(rest);
    return target == null ? null : new ChatInput.Delete(target);
  }

  private static @Nullable ChatInput react(Words words) {
    Target target = target(words.first());
    String emoji = words.rest();
    boolean remove = emoji.length() > 1 && emoji.startsWith("-");
    return target == null || !isWord(emoji)
        ? null
        : new ChatInput.React(target, remove ? emoji.substring(1) : emoji, remove);
  }

  private static @Nullable ChatInput history(Words words) {
    long count = words.first().isEmpty() ? DEFAULT_HISTORY : number(words.first());
    Target before = words.rest().isEmpty() ? Target.LAST : target(words.rest());
    return before == null || count < 1 || count > MAX_HISTORY
        ? null
        : new ChatInput.History((int) count, before.number());
  }

  private static @Nullable ChatInput status(String word) {
    return switch (word) {
      case "online" -> new ChatInput.SetStatus(UserStatus.USER_STATUS_ONLINE);
      case "away" -> new ChatInput.SetStatus(UserStatus.USER_STATUS_AWAY);
      case "busy" -> new ChatInput.SetStatus(UserStatus.USER_STATUS_BUSY);
      case "offline" -> wrong("offline are those who have ended: /quit; or /status away");
      default -> null;
    };
  }

  private static @Nullable Target target(String word) {
    if (word.equalsIgnoreCase("last")) {
      return Target.LAST;
    }
    long number = number(word.startsWith("#") ? word.substring(1) : word);
    return number < 1 ? null : new Target(number);
  }

  private static long number(String word) {
    try {
      return Long.parseLong(word);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  private static boolean isWord(String text) {
    return !text.isEmpty() && text.chars().noneMatch(Character::isWhitespace);
  }

  private static String slashed(String word) {
    return word.startsWith("/") ? word : "/" + word;
  }

  private static Wrong wrong(String words) {
    return new Wrong(words, false);
  }

  private record Words(String first, String rest) {
    static Words of(String text) {
      Matcher words = FIRST_WORD.matcher(text);
      return words.matches() ? new Words(words.group(1), words.group(2)) : new Words("", "");
    }
  }
}
