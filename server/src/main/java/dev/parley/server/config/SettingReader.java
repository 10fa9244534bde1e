package dev.parley.server.config;

import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Reads the values of settings. Of one that is wrong this is kept, and something else given, which
/// is not to be used.
final class SettingReader {
  private final Settings settings;
  private final ConfigErrors errors;

  SettingReader(Settings settings, ConfigErrors errors) {
    this.settings = settings;
    this.errors = errors;
  }

  boolean isOff(Setting setting) {
    return text(setting).equalsIgnoreCase("off");
  }

  InetSocketAddress address(Setting setting) {
    String text = text(setting);
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    String expected = setting.form();
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port >= 0 && port <= 65_535) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (!address.isUnresolved()) {
          return address;
        }
      }
      expected += " with a host of this machine";
    } catch (NumberFormatException e) {
      // told below, as whatever else is no address
    }
    wrong(setting, expected);
    return new InetSocketAddress(0);
  }

  Path path(Setting setting) {
    String text = text(setting);
    if (text.isBlank()) {
      wrong(setting, "a directory; . is this one");
      return Path.of("");
    }
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      wrong(setting, setting.form());
      return Path.of("");
    }
  }

  String choice(Setting setting, String... choices) {
    String text = text(setting).toLowerCase(Locale.ROOT);
    if (List.of(choices).contains(text)) {
      return text;
    }
    wrong(setting, String.join(", ", choices));
    return choices[0];
  }

  int integer(Setting setting, int min, int max) {
    return (int) number(setting, min, max);
  }

  long number(Setting setting, long min, long max) {
    try {
      long value = Long.parseLong(text(setting));
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, as whatever else is no such number
    }
    wrong(setting, setting.form());
    return min;
  }

  Duration duration(Setting setting, String min, String max) {
    Duration value = Durations.read(text(setting));
    if (value != null
        && value.compareTo(Durations.bound(min)) >= 0
        && value.compareTo(Durations.bound(max)) <= 0) {
      return value;
    }
    wrong(setting, "%s to %s, %s".formatted(min, max, Durations.FORM));
    return Durations.bound(min);
  }

  String model(Setting setting) {
    String model = text(setting);
    if (!settings.providerNames().contains(model.replaceFirst("/.*", ""))) {
      wrong(
          setting,
          "PROVIDER/MODEL with one of the providers " + Masked.list(settings.providerNames()));
    }
    return model;
  }

  private String text(Setting setting) {
    return settings.get(setting).text();
  }

  private void wrong(Setting setting, String expected) {
    Settings.Value value = settings.get(setting);
    // The number of a line says where it is from.
    String from = errors.isOfFile(setting.key()) ? "" : ", from " + value.origin();
    errors.add(
        setting.key(),
        "\"%s\"%s (expected: %s)".formatted(Masked.value(value.text()), from, expected));
  }
}
