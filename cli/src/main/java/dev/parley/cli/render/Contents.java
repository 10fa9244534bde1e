package dev.parley.cli.render;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.FileContent;
import dev.parley.chat.v1.ImageContent;
import dev.parley.chat.v1.User;
import dev.parley.cli.output.PlainText;
import java.util.List;
import java.util.Locale;

/// What a message says, as safe text. Pure functions.
public final class Contents {
  private static final int MAX_QUOTE_CHARS = 60;

  private Contents() {}

  /// The text that says that somebody does something. It is an ordinary text, so that clients which
  /// know nothing of it show something sensible.
  public static String action(String nick, String deed) {
    return "* " + nick + " " + deed;
  }

  /// Whether the message says that its author does something; see [#action].
  public static boolean isAction(ChatMessage message) {
    String text = message.getContent().getText();
    User sender = message.getSender();
    return isActionOf(sender.getId(), text) || isActionOf(sender.getUsername(), text);
  }

  private static boolean isActionOf(String name, String text) {
    return !name.isEmpty() && text.startsWith(action(name, ""));
  }

  /// Line by line, at least one.
  public static List<String> lines(ChatMessage message) {
    if (message.hasDeletedAt()) {
      return List.of("(deleted)");
    }
    return switch (message.getContent().getContentCase()) {
      case TEXT -> PlainText.lines(message.getContent().getText());
      case IMAGE -> List.of(image(message.getContent().getImage()));
      case FILE -> List.of(file(message.getContent().getFile()));
      case SYSTEM -> PlainText.lines(message.getContent().getSystem().getContent());
      case CONTENT_NOT_SET -> List.of("(nothing)");
    };
  }

  /// The beginning, on one line.
  public static String quote(ChatMessage message) {
    String line = PlainText.line(lines(message).getFirst());
    return line.length() <= MAX_QUOTE_CHARS ? line : line.substring(0, MAX_QUOTE_CHARS - 1) + "…";
  }

  private static String image(ImageContent image) {
    String alt = PlainText.line(image.getAltText());
    return "[image" + (alt.isEmpty() ? "" : ": " + alt) + "] " + PlainText.line(image.getUrl());
  }

  private static String file(FileContent file) {
    String name = PlainText.line(file.getFilename());
    String size = file.getSizeBytes() > 0 ? ", " + size(file.getSizeBytes()) : "";
    return "[file: " + name + size + "] " + PlainText.line(file.getUrl());
  }

  private static String size(long bytes) {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
    }
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
