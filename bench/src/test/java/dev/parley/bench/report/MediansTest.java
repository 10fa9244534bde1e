package dev.parley.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Quantiles;
import dev.parley.bench.measure.Tally;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MediansTest {
  private static Report report(double sends, double times) {
    return new Report(
        "fanout",
        "native",
        new Report.Load(1, 1, 1, 1, 0, 8, 100, 1, null),
        1,
        0,
        false,
        Tally.ZERO,
        0,
        new Report.PerSecond(sends, 0, 0),
        Map.of("ack", new Quantiles(1, sends, 0, 2 * sends, 0, 0)),
        new Report.Server(7, 1, 2, 3, 1_000, 2_000, 3_000, 4_000, Math.round(sends), 60),
        0,
        false,
        Map.of("limit", new Report.Comparison("a limit", 1, 1, 0.5, times)),
        new Report.Check(true, 1, 1, 0, null, 0, null));
  }

  @Test
  void tellsTheMiddleOfEachFigureAndLeavesOutWhatWasNotMeasured() {
    Medians medians = Medians.of(List.of(report(30, 1), report(10, 3), report(20, 2)));

    assertThat(medians.repetitions()).isEqualTo(3);
    assertThat(medians.figures())
        .containsEntry("acknowledgedPerSecond", new Medians.Spread(10, 20, 30))
        .containsEntry("limit.times", new Medians.Spread(1, 2, 3))
        .containsEntry("ack.p99", new Medians.Spread(20, 40, 60))
        .containsEntry("rssBytesBefore", new Medians.Spread(1_000, 1_000, 1_000))
        .containsEntry("rssBytes", new Medians.Spread(3_000, 3_000, 3_000))
        .containsEntry("rssPeakBytes", new Medians.Spread(4_000, 4_000, 4_000))
        .containsEntry("rssBytesPerConnection", new Medians.Spread(10, 20, 30))
        .containsEntry("rssBytesPerConnectionAtEnd", new Medians.Spread(60, 60, 60))
        .doesNotContainKeys("deliveredPerSecond", "resumedPerSecond");
  }

  @Test
  void theMiddleOfAnEvenNumberIsTheMeanOfTwo() {
    assertThat(Medians.of(List.of(report(10, 1), report(30, 1))).figures())
        .containsEntry("acknowledgedPerSecond", new Medians.Spread(10, 20, 30));
  }
}
