package dev.parley.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.load.Plans;
import dev.parley.bench.load.Referee.Moment;
import dev.parley.bench.measure.Tally;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final StringWriter err = new StringWriter();

  private Progress progress(boolean terminal) {
    return new Progress(
        new PrintWriter(err, true), terminal, Plans.fanout(new InetSocketAddress(0), 2, 700, 1));
  }

  /// The line as it stands on the terminal.
  private String line() {
    return err.toString().substring(err.toString().lastIndexOf('\r') + 1).stripTrailing();
  }

  @Test
  void tellsHowFarTheRunIs() {
    Progress progress = progress(true);
    progress.at(Moment.BEGIN);
    assertThat(line()).isEqualTo("connecting 1,400 streams");
    progress.at(Moment.CONNECTED);
    assertThat(line()).isEqualTo("warming up");
    progress.show(Tally.ZERO);
    assertThat(line()).isEqualTo("warming up: 0 sent/s, 0 delivered/s");
    progress.at(Moment.MEASURE);
    assertThat(line()).isEqualTo("measuring");
    progress.at(Moment.STOP);
    assertThat(line()).isEqualTo("waiting for what is under way");
    progress.at(Moment.SETTLED);
    assertThat(line()).isEqualTo("done");
    progress.clear();
    assertThat(line()).isEmpty();
  }

  @Test
  void tellsWhatWasCountedSinceTheLastTime() {
    Progress progress = progress(true);
    progress.at(Moment.MEASURE);
    Tally some = new Tally(0, 1_000_000_000, 0, 0, 0, 0, 0, 0, 0, 0);
    progress.show(some);
    assertThat(line()).matches("measuring: [1-9][0-9,]* sent/s, 0 delivered/s");
    progress.show(some.plus(new Tally(0, 0, 0, 1_000_000_000, 0, 0, 0, 0, 0, 0)));
    assertThat(line()).matches("measuring: 0 sent/s, [1-9][0-9,]* delivered/s");
  }

  @Test
  void tellsNobodyWhereThereIsNoTerminal() {
    Progress progress = progress(false);
    progress.at(Moment.MEASURE);
    progress.show(Tally.ZERO);
    progress.clear();
    assertThat(err.toString()).isEmpty();
  }
}
