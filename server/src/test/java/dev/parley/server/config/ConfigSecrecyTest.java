package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A credential may have been pasted into any place of the configuration; no message may tell it.
class ConfigSecrecyTest {
  private static final int MAX_TOLD = 4;

  /// The least with which lines about each kind get as far as their other options.
  private static final String USABLE =
      """
      provider.vertex.project = p
      provider.azure.base-url = https://us.example.com
      provider.own.kind = openai
      assistant.bot.model = simulated
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-live-Q7zXv9LkW2mNp4RtYb8C",
        "qzkfjwpxnvtrbmlhgdscyvqk",
        "qzkf-jwpx-nvtr-bmlh",
        "swordfishes",
        "QZKFJWPXNVTRBMLHGDSC",
        "QZKF_JWPX_NVTR_BMLH",
        "83659274018365927401",
        "qk9zcxzgaa.eyjzdwjxeg.w0rxvbq7",
        "Qk9z/cXZ4+aGdmc3Rk==",
        "Qzk9Vxw:7Lm@Gd5:Fs3Hj",
        "{\"id\":\"Qzk9Vxw7LmGd5\"}",
        "Qzk9 Vxw7 LmGd 5Fs3"
      })
  void noPlaceOfTheFileIsToldWithWhatWasPastedThere(String secret) throws Exception {
    int wrong = 0;
    Path file = folder.resolve("parley.conf");
    List<String> places = places();
    for (String place : places) {
      Files.writeString(file, USABLE + place.replace("%s", secret) + "\n");
      wrong += told(place, secret, file, Map.of(), Map.of());
    }
    assertThat(wrong).isGreaterThan(places.size() / 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-live-Q7zXv9LkW2mNp4RtYb8C",
        "qzkfjwpxnvtrbmlhgdscyvqk",
        "83659274018365927401"
      })
  void noVariableOrFlagIsToldWithWhatWasPastedThere(String secret) {
    int wrong = 0;
    for (Setting setting : Setting.values()) {
      String key = setting.key();
      wrong += told(key, secret, null, Map.of(setting.variable(), secret), Map.of());
      wrong += told(key, secret, null, Map.of(), Map.of(setting, secret));
    }
    assertThat(wrong).isGreaterThan(Setting.values().length);
    assertThat(told("key", secret, null, Map.of("OPENAI_API_KEY", secret + " x"), Map.of()))
        .isEqualTo(1);
  }

  /// Lines with a `%s` where the credential stands.
  private static List<String> places() {
    List<String> places = new ArrayList<>(List.of("%s", "%s = 1", " = %s", "%s = 127.0.0.1:1"));
    for (Setting setting : Setting.values()) {
      around(setting.key(), places);
    }
    Set<String> options = new TreeSet<>(ProviderLines.words());
    options.addAll(List.of("key.big", "weight.big", "unknown"));
    for (String owner : new String[] {"own", "vertex", "azure", "simulated", "strange"}) {
      options.forEach(option -> around("provider.%s.%s".formatted(owner, option), places));
      places.add("provider.%s.%%s = 1".formatted(owner));
      places.add("price.%s/%%s = 1".formatted(owner));
      places.add("context.%s/%%s = 1".formatted(owner));
      around("price.%s/x".formatted(owner), places);
      around("context.%s/x".formatted(owner), places);
    }
    for (String option : AssistantLines.OPTIONS) {
      around("assistant.bot." + option, places);
    }
    for (String prefix : Settings.FAMILIES) {
      around(prefix + "x", places);
      places.add(prefix + "%s = 1");
      places.add(prefix + "%s/x = 1");
      places.add(prefix + "x/%s = 1");
      Set<String> all = new TreeSet<>(options);
      all.addAll(AssistantLines.OPTIONS);
      all.forEach(option -> places.add(prefix + "%s." + option + " = 1"));
      places.add(prefix + "bot.%s = 1");
    }
    return places;
  }

  private static void around(String name, List<String> places) {
    places.add(name + " = %s");
    places.add(name + " = 1 %s");
    places.add(name + " = env:%s");
    places.add(name + " = \\u0000%s");
    places.add(name + " = \\\n  %s");
    places.add(name + " =\n%s");
    places.add(name + " = https://example.com/\n%s = 1");
    places.add(name + "%s = 1");
    places.add(name + "-%s = 1");
    places.add(name + ".%s = 1");
    places.add(name + " = %s\n" + name + " = %s");
  }

  /// Has it read, and its message looked through.
  ///
  /// @return how many messages there were
  private static int told(
      String place,
      String secret,
      @Nullable Path file,
      Map<String, String> environment,
      Map<Setting, String> flags) {
    try {
      ServerConfig.of(Settings.gather(file, environment, flags));
      return 0;
    } catch (ConfigException e) {
      String message = String.valueOf(e.getMessage()).replace(String.valueOf(file), "FILE");
      for (int i = 0; i + MAX_TOLD < secret.length(); i++) {
        assertThat(message).as(place).doesNotContain(secret.substring(i, i + MAX_TOLD + 1));
      }
      return 1;
    }
  }
}
