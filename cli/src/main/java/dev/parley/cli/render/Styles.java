package dev.parley.cli.render;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jline.utils.AttributedStyle;

/// The colours. JLine reduces them to what the terminal has.
public final class Styles {
  /// What is beside the point: times, numbers, comings and goings.
  public static final AttributedStyle DIM = AttributedStyle.DEFAULT.foreground(244);

  /// What needs attention: mentions of oneself.
  public static final AttributedStyle MENTION = AttributedStyle.DEFAULT.bold().foreground(214);

  /// What went wrong.
  public static final AttributedStyle ERROR = AttributedStyle.DEFAULT.foreground(196);

  /// Ordinary text.
  public static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;

  // Of the 256-colour palette those that can be read on black and on white alike.
  private static final int[] AUTHORS = {
    31, 32, 35, 37, 63, 66, 70, 71, 97, 99, 103, 108, 130, 132, 133, 136, 137, 139, 161, 162, 166,
    168, 169, 172
  };

  private Styles() {}

  /// An author's colour: the same at all times and on all machines.
  public static AttributedStyle author(String userId) {
    var hash = new CRC32C();
    hash.update(userId.getBytes(StandardCharsets.UTF_8));
    return AttributedStyle.DEFAULT
        .bold()
        .foreground(AUTHORS[(int) (hash.getValue() % AUTHORS.length)]);
  }
}
