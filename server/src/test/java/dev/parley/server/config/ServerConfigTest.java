package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerConfigTest {
  @Test
  void dataAreNotKeptWhereNobodySaid() throws Exception {
    Settings empty = Settings.gather(null, Map.of(), Map.of(Setting.DATA, " "));
    assertThatThrownBy(() -> ServerConfig.of(empty))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data: \" \", from flag --data (expected: a directory");
    Settings variable = Settings.gather(null, Map.of("PARLEY_DATA", ""), Map.of());
    assertThat(ServerConfig.of(variable).data()).endsWithRaw(Path.of("parley-data"));
  }

  @Test
  void whatStandsAloneInALineIsNotToldInFull(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("parley.conf");
    Files.writeString(file, "provider.openai.key =\nsk-secret\n");
    assertThatThrownBy(() -> Settings.gather(file, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(":2: sk-s…: no such setting (expected: one of listen")
        .hasMessageNotContaining("sk-secret");
  }

  @Test
  void whatMayBeTheRestOfAKeyIsNotToldEither(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("parley.conf");
    for (String line : new String[] {"U0VDUkVU==", "sk-SECRETrest # a comment"}) {
      Files.writeString(file, "provider.openai.key = sk-1\n" + line + "\n");
      assertThatThrownBy(() -> Settings.gather(file, Map.of(), Map.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageNotContaining(line.substring(0, 8));
    }
    Files.writeString(file, "lisen = 0.0.0.0:1\n");
    assertThatThrownBy(() -> Settings.gather(file, Map.of(), Map.of()))
        .hasMessageContaining(":1: lisen: no such setting (did you mean listen?)");
  }

  @Test
  void theFileOfALineThatCannotBeUsedIsNamed(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("parley.conf");
    Files.writeString(file, "price.nobody/x = 3 15\n");
    assertThatThrownBy(() -> Settings.gather(file, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("%s:1: price.nobody/".formatted(file));
  }

  @Test
  void httpIsServedUnlessItIsOff() throws Exception {
    assertThat(http("off")).isEqualTo("off");
    assertThat(http(Setting.HTTP.defaultValue())).isEqualTo("127.0.0.1:8080");
    assertThat(http("[::1]:0")).isEqualTo("[0:0:0:0:0:0:0:1]:0");
    assertThatThrownBy(() -> http("8080"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http: \"8080\", from flag --http (expected: HOST:PORT|off");
  }

  private static String http(String text) throws ConfigException {
    Settings settings = Settings.gather(null, Map.of(), Map.of(Setting.HTTP, text));
    InetSocketAddress address = ServerConfig.of(settings).http();
    return address == null ? "off" : ServerConfig.text(address);
  }

  @Test
  void timesAreWrittenAsTheyAreRead() throws Exception {
    assertThat(ServerConfig.text(Duration.ofSeconds(2))).isEqualTo("2s");
    assertThat(ServerConfig.text(Duration.ZERO)).isEqualTo("0s");
    for (String text : new String[] {"2s", "250ms", "1500ms"}) {
      Settings settings = Settings.gather(null, Map.of(), Map.of(Setting.DRAIN_GRACE, text));
      assertThat(ServerConfig.text(ServerConfig.of(settings).drainGrace())).isEqualTo(text);
    }
  }

  @Test
  void newestEntriesTakeAtMostAQuarterOfTheHeap() throws Exception {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    for (long set : new long[] {1 << 20, quarter, quarter + 1, Long.MAX_VALUE}) {
      Settings settings =
          Settings.gather(null, Map.of(), Map.of(Setting.MAX_TAIL_BYTES, Long.toString(set)));
      assertThat(ServerConfig.of(settings).limits().maxTailBytesInAll())
          .isEqualTo(Math.min(set, quarter));
    }
  }
}
