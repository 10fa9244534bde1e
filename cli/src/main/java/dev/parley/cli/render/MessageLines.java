package dev.parley.cli.render;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.Reaction;
import dev.parley.cli.output.PlainText;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jspecify.annotations.Nullable;

/// Shows a message as lines: time, number, author, text. Immutable.
///
///     14:02     11 bob: who is there?
///               ╭ 11 bob: who is there?
///     14:03     12 ann: me
///                  and my dog
public final class MessageLines {
  private static final int NUMBER_CHARS = 6;
  private static final int MAX_REACTORS = 3;

  private final String me;
  private final Times times;

  /// @param me the user's id, to mark what mentions it
  public MessageLines(String me, Times times) {
    this.me = me;
    this.times = times;
  }

  /// The message.
  ///
  /// @param answered the message that it answers, if that is known
  public List<AttributedString> of(ChatMessage message, @Nullable ChatMessage answered) {
    return of(message, answered, times.clock(message.getTimestamp()));
  }

  /// The message with its date, for where no days are told.
  ///
  /// @param answered the message that it answers, if that is known
  public List<AttributedString> dated(ChatMessage message, @Nullable ChatMessage answered) {
    return of(message, answered, times.full(message.getTimestamp()));
  }

  /// The line that stands where a day begins.
  public static AttributedString day(String day) {
    return new AttributedString("———— " + day + " ————", Styles.DIM);
  }

  private List<AttributedString> of(
      ChatMessage message, @Nullable ChatMessage answered, String time) {
    String indent = " ".repeat(time.length() + NUMBER_CHARS + 2);
    List<AttributedString> lines = new ArrayList<>();
    if (!message.getReplyToId().isEmpty()) {
      lines.add(new AttributedString(indent + "╭ " + answered(answered), Styles.DIM));
    }
    List<String> texts = Contents.lines(message);
    AttributedStyle style = style(message);
    AttributedStringBuilder first = new AttributedStringBuilder();
    String number = message.getSequence() == 0 ? "" : String.valueOf(message.getSequence());
    first.styled(Styles.DIM, time + " " + " ".repeat(Math.max(0, NUMBER_CHARS - number.length())));
    first.styled(Styles.DIM, number + " ");
    author(first, message, texts.getFirst(), style);
    if (texts.size() == 1) {
      append(first, message);
    }
    lines.add(first.toAttributedString());
    for (int i = 1; i < texts.size(); i++) {
      AttributedStringBuilder line = new AttributedStringBuilder();
      line.append(indent + "   ").styled(style, texts.get(i));
      if (i == texts.size() - 1) {
        append(line, message);
      }
      lines.add(line.toAttributedString());
    }
    return lines;
  }

  private static void author(
      AttributedStringBuilder line, ChatMessage message, String text, AttributedStyle style) {
    AttributedStyle author = Styles.author(message.getSender().getId());
    String name = Names.of(message.getSender());
    if (Contents.isAction(message) && !message.hasDeletedAt()) {
      String deed = text.substring(text.indexOf(' ', 2) + 1);
      line.styled(author, "* " + name).styled(style, " " + deed);
    } else {
      line.styled(author, name).append(": ").styled(style, text);
    }
  }

  private static String answered(@Nullable ChatMessage answered) {
    return answered == null
        ? "an earlier message"
        : "%d %s: %s"
            .formatted(
                answered.getSequence(), Names.of(answered.getSender()), Contents.quote(answered));
  }

  private AttributedStyle style(ChatMessage message) {
    if (message.hasDeletedAt()) {
      return Styles.DIM;
    }
    return mentionsMe(message) ? Styles.MENTION : Styles.PLAIN;
  }

  /// Whether somebody else speaks of the user.
  public boolean mentionsMe(ChatMessage message) {
    return !message.getSender().getId().equals(me) && message.getMentionsList().contains(me);
  }

  private static void append(AttributedStringBuilder line, ChatMessage message) {
    if (message.hasEditedAt() && !message.hasDeletedAt()) {
      line.styled(Styles.DIM, " (edited)");
    }
    for (Reaction reaction : message.getReactionsList()) {
      List<String> users = reaction.getUserIdsList();
      String names =
          users.size() > MAX_REACTORS
              ? String.valueOf(users.size())
              : String.join(", ", users.stream().map(Names::id).toList());
      line.styled(Styles.DIM, "  " + PlainText.line(reaction.getEmoji()) + " " + names);
    }
  }
}
