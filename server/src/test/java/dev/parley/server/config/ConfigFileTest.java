package dev.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.server.config.ConfigFile.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  @TempDir Path folder;

  @Test
  void linesAreReadAsPropertiesAreAndNumbered() throws Exception {
    assertThat(
            ConfigFile.read(
                file(
                    """
                    # a comment \\
                      ! another

                    listen = 127.0.0.1:1
                    system: Be \\
                        brief.\\nBe k\\u0069nd.

                    path C:\\\\
                    # in between
                    alone
                    a=b=c \\\
                    """)))
        .containsExactly(
            new Line(4, "listen", "127.0.0.1:1"),
            new Line(5, "system", "Be brief.\nBe kind."),
            new Line(8, "path", "C:\\"),
            new Line(10, "alone", ""),
            new Line(11, "a", "b=c"));
  }

  @Test
  void theSameNameIsThereAsOftenAsItIsWritten() throws Exception {
    assertThat(ConfigFile.read(file("a = 1\r\nb = 2\r\na = 3")))
        .containsExactly(new Line(1, "a", "1"), new Line(2, "b", "2"), new Line(3, "a", "3"));
  }

  @Test
  void aLineThatCannotBeReadIsNumberedAndNotTold() throws Exception {
    Path file = file("a = 1\nb = \\users\\Qzk9Vxw7\n");
    assertThatThrownBy(() -> ConfigFile.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(file + ":2: ")
        .hasMessageNotContaining("Qzk9");
  }

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("parley.conf"), text);
  }
}
