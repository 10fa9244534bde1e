package dev.parley.server.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Names and values as messages may tell them: a credential may have come to stand anywhere, and
/// some are of small letters only. So what is told is a word of the configuration, or a slip of the
/// hand away from one, a number, or a name as short as no credential is; of everything else, the
/// first four characters. Pure functions.
final class Masked {
  private static final int MAX_TOLD_CHARS = 4;

  /// Numbers, several of them (prices), times and addresses.
  private static final Pattern NUMBERS =
      Pattern.compile(
          "-?[0-9][0-9., -]{0,9}(ms|s|m|h)?|(localhost|[0-9]{1,3}(\\.[0-9]{1,3}){3}):[0-9]{1,5}");

  /// What people call providers and assistants.
  private static final Pattern SHORT_NAME = Pattern.compile("[a-z]{1,8}");

  /// Environment variables that are meant to hold a credential.
  private static final Pattern VARIABLE =
      Pattern.compile(
          "([A-Z][A-Z0-9]{0,11}_){1,5}(KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL)S?_?[0-9]{0,2}");

  /// What belongs to somebody or something: `NAME.OPTION`, `PROVIDER/MODEL`.
  private static final Pattern MEMBER = Pattern.compile("([^./]*)([./])(.*)", Pattern.DOTALL);

  /// Options of which there are several, each with a name that was chosen.
  private static final Pattern LABELLED =
      Pattern.compile("((?:key|weight)\\.)(.*)", Pattern.DOTALL);

  private static final Set<String> WORDS = words();

  private Masked() {}

  private static Set<String> words() {
    Set<String> words = new HashSet<>(ProviderLines.words());
    words.addAll(AssistantLines.OPTIONS);
    for (Setting setting : Setting.values()) {
      words.add(setting.key());
      if (setting.form().contains("|")) {
        words.addAll(Arrays.asList(setting.form().split("\\|")));
      }
    }
    Stream.of("true", "false", "default").forEach(words::add);
    return words;
  }

  /// A value.
  static String value(String text) {
    return NUMBERS.matcher(text).matches() ? text : word(text);
  }

  /// A name of the file, with whatever it begins with.
  static String name(String name) {
    String family = name.substring(0, name.indexOf('.') + 1);
    return Settings.FAMILIES.contains(family)
        ? family + member(name.substring(family.length()))
        : word(name);
  }

  /// A name that somebody gave to a provider, an assistant or a credential.
  static String chosen(String name) {
    return SHORT_NAME.matcher(name).matches() ? name : word(name);
  }

  /// The name of an environment variable that is to hold a credential.
  static String variable(String name) {
    return VARIABLE.matcher(name).matches() ? name : word(name);
  }

  /// Names of providers that there are.
  static String list(Collection<String> names) {
    return names.stream().map(Masked::chosen).collect(Collectors.joining(", "));
  }

  private static String member(String name) {
    Matcher parts = MEMBER.matcher(name);
    if (!parts.matches()) {
      return chosen(name);
    }
    String owner = parts.group(1);
    String told = chosen(owner) + parts.group(2);
    String option = parts.group(3);
    Matcher labelled = LABELLED.matcher(option);
    if (labelled.matches()) {
      return told + labelled.group(1) + chosen(labelled.group(2));
    }
    if (isKnown(owner) || isKnown(option)) {
      return told + word(option);
    }
    // Both may be parts of one credential, of which no more may be told than of any.
    return SHORT_NAME.matcher(owner).matches() ? told + "…" : beginning(name);
  }

  private static String word(String text) {
    return text.length() <= MAX_TOLD_CHARS || isKnown(text) ? text : beginning(text);
  }

  private static boolean isKnown(String text) {
    return WORDS.contains(text) || WORDS.stream().anyMatch(word -> Slips.isSlip(text, word));
  }

  private static String beginning(String text) {
    return text.substring(0, Math.min(text.length(), MAX_TOLD_CHARS)) + "…";
  }
}
