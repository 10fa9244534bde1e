package dev.parley.cli.source;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// Ids for messages that have none: made of where they stand and what they say, so that the same
/// input gives the same ids and a changed line another one. A pure function.
final class MessageIds {
  /// With line and checksum an id stays below the 128 bytes that a server takes.
  private static final int MAX_NAME_CHARS = 80;

  private static final Pattern NOT_OF_A_NAME = Pattern.compile("[^A-Za-z0-9._#+-]");

  private MessageIds() {}

  /// An id such as `2004-12-25.train-c.raw.txt:17:9ae0f3b1`.
  static String of(Origin origin, String line) {
    String name = NOT_OF_A_NAME.matcher(origin.file()).replaceAll("_");
    if (name.length() > MAX_NAME_CHARS) {
      int kept = MAX_NAME_CHARS - 9;
      name = checksum(origin.file()) + "-" + name.substring(name.length() - kept);
    }
    return name + ":" + origin.line() + ":" + checksum(line);
  }

  private static String checksum(String text) {
    var checksum = new CRC32C();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) checksum.getValue());
  }
}
