package dev.parley.cli.command;

import dev.parley.cli.output.PlainText;
import dev.parley.server.config.Setting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a person gave as a server, a name or a room, checked before anybody is asked. Pure
/// functions.
public final class Given {
  private static final String DEFAULT_HOST = "127.0.0.1";
  private static final int DEFAULT_PORT = 50_051;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_ID_BYTES = 128;
  private static final String ID_FORM =
      "1 to " + MAX_ID_BYTES + " bytes without spaces or control characters";
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<host>[^\\s:/\\[\\]-][^\\s:/\\[\\]]*|\\[[0-9A-Fa-f:.]+\\])(:(?<port>\\d{1,5}))?");

  private static final String PREFIX = "PARLEY_";

  /// Variables besides the server's settings. The last two are the launcher's.
  private static final List<String> VARIABLES =
      List.of("SERVER", "USER", "MODEL", "CONFIG", "JAVA_HOME", "JAVA_OPTS");

  private Given() {}

  /// The server, as HOST:PORT.
  ///
  /// @param option value of `--server`; null: not given
  /// @throws CommandFailure if it is no address
  static String server(@Nullable String option, Map<String, String> environment) {
    String text = chosen(option, environment.get("PARLEY_SERVER"), DEFAULT_HOST);
    Matcher address = ADDRESS.matcher(text);
    if (address.matches()) {
      String port = address.group("port");
      int number = port == null ? DEFAULT_PORT : Integer.parseInt(port);
      if (number >= 1 && number <= MAX_PORT) {
        return address.group("host") + ":" + number;
      }
    }
    throw CommandFailure.usage(
        "server \"%s\" (expected: HOST or HOST:PORT, such as 127.0.0.1:%d, without http://)\n%s"
            .formatted(text, DEFAULT_PORT, "Give it with --server, or in PARLEY_SERVER."));
  }

  /// The user's id.
  ///
  /// @param option value of `--user`; null: not given
  /// @throws CommandFailure if it can be nobody's
  static String user(@Nullable String option, Map<String, String> environment) {
    String here = System.getProperty("user.name", "");
    String name = chosen(option, environment.get("PARLEY_USER"), here);
    if (!isId(name)) {
      throw CommandFailure.usage(
          "user name \"%s\" (expected: %s)\nChoose a name with --user, or in PARLEY_USER."
              .formatted(PlainText.line(name), ID_FORM));
    }
    return name;
  }

  /// What is wrong with the id of a room that is to be made; null: nothing.
  public static @Nullable String wrongRoom(String id) {
    if (id.startsWith("@")) {
      return "room id \"%s\" (expected: no @ in front, which stands for a person)"
          .formatted(PlainText.line(id));
    }
    return isId(id) ? null : "room id \"%s\" (expected: %s)".formatted(PlainText.line(id), ID_FORM);
  }

  /// Warnings of variables that look like this program's and are not, each with the one that was
  /// probably meant.
  public static List<String> strayVariables(Map<String, String> environment) {
    List<String> known = new ArrayList<>(VARIABLES);
    Stream.of(Setting.values()).map(Setting::name).forEach(known::add);
    return environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX))
        .map(name -> name.substring(PREFIX.length()))
        .filter(name -> !known.contains(name))
        .sorted()
        .map(name -> stray(name, Nearest.to(name, known)))
        .toList();
  }

  private static String stray(String name, @Nullable String like) {
    String hint =
        like == null ? "parley config lists the settings" : "did you mean " + PREFIX + like + "?";
    return "the variable %s%s is ignored; %s".formatted(PREFIX, name, hint);
  }

  // A variable that is empty counts as none, as shells have it; an option was meant as it is.
  private static String chosen(
      @Nullable String option, @Nullable String variable, String otherwise) {
    if (option != null) {
      return option.strip();
    }
    return variable == null || variable.isBlank() ? otherwise : variable.strip();
  }

  // The server's rule for ids of users and rooms.
  private static boolean isId(String text) {
    return !text.isEmpty()
        && text.getBytes(StandardCharsets.UTF_8).length <= MAX_ID_BYTES
        && text.codePoints().noneMatch(Given::isForbidden);
  }

  private static boolean isForbidden(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || Character.isISOControl(character);
  }
}
