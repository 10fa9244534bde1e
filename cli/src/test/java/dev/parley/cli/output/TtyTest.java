package dev.parley.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TtyTest {
  @Test
  void coloursAreForTerminalsThatHaveThemAndPeopleWhoWantThem() {
    assertThat(Tty.wantsColours(Map.of())).isTrue();
    assertThat(Tty.wantsColours(Map.of("TERM", "xterm-256color", "NO_COLOR", ""))).isTrue();
    assertThat(Tty.wantsColours(Map.of("NO_COLOR", "1"))).isFalse();
    assertThat(Tty.wantsColours(Map.of("TERM", "dumb"))).isFalse();
  }
}
