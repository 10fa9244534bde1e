package dev.parley.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.server.config.ConfigException;
import dev.parley.server.config.ServerConfig;
import dev.parley.server.config.Setting;
import dev.parley.server.config.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServeCommandTest {
  @Test
  void whoListensToOthersThanThisMachineIsWarned() throws Exception {
    assertThat(greeting("0.0.0.0:50051")).contains("warning").contains("whom you trust");
    assertThat(greeting("127.0.0.1:50051")).doesNotContain("warning");
  }

  @Test
  void whereHttpIsServedIsTold() throws Exception {
    assertThat(greeting("127.0.0.1:1", "127.0.0.1:2"))
        .contains("http    http://127.0.0.1:2/v1")
        .doesNotContain("warning");
    assertThat(greeting("127.0.0.1:1", "0.0.0.0:2")).contains("warning").contains("keys");
    assertThat(greeting("127.0.0.1:1", "off")).doesNotContain("http");
  }

  @Test
  void whoseModelsThereAreIsTold() throws Exception {
    assertThat(greeting("127.0.0.1:1")).contains("models  of simulated");
  }

  private static String greeting(String listen) throws ConfigException {
    return greeting(listen, "off");
  }

  private static String greeting(String listen, String http) throws ConfigException {
    ServerConfig config =
        ServerConfig.of(
            Settings.gather(null, Map.of(), Map.of(Setting.LISTEN, listen, Setting.HTTP, http)));
    StringWriter err = new StringWriter();
    ServeCommand.greet(new PrintWriter(err), config, config.listen(), config.http());
    return err.toString();
  }
}
