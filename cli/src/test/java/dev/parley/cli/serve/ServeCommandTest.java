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

  private static String greeting(String listen) throws ConfigException {
    ServerConfig config =
        ServerConfig.of(Settings.gather(null, Map.of(), Map.of(Setting.LISTEN, listen)));
    StringWriter err = new StringWriter();
    ServeCommand.greet(new PrintWriter(err), config, config.listen());
    return err.toString();
  }
}
