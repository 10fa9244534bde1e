package dev.parley.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.bench.measure.Tally;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TextsTest {
  private static final Report.Server SERVER = new Report.Server(7, 1, 2, 3, 1, 1, 1, 1, 1, 1);

  private static Report report(Report.@Nullable Server server, boolean bound, double times) {
    return new Report(
        "mixed",
        "native",
        new Report.Load(1, 1, 1, 1, 0, 8, 100, 1, null),
        2,
        0,
        false,
        new Tally(1, 1, 0, 1, 10, 20, 30, 1, 1, 0),
        5,
        new Report.PerSecond(1, 1, 0),
        Map.of(),
        server,
        1,
        bound,
        Map.of("limit", new Report.Comparison("a limit", 1, 1, 0.5, times)),
        new Report.Check(true, 1, 1, 0, null, 0, null));
  }

  private static String lines(Report report) {
    return String.join("\n", Texts.lines(report));
  }

  @Test
  void tellsWhyThereIsNoComparison() {
    assertThat(lines(report(SERVER, false, 1.5))).contains("Parley takes 1.50 times as much");
    assertThat(lines(report(SERVER, false, 0))).contains("; too little to compare");
    assertThat(lines(report(null, false, 0)))
        .contains("; the server's processor time is unknown: give --pid")
        .doesNotContain("too little");
  }

  @Test
  void tellsEachKindOfSignalAndWhatSlowReadersReadLater() {
    assertThat(lines(report(SERVER, false, 0)))
        .containsPattern("typing +5/s\n")
        .containsPattern("receipts +10/s\n")
        .containsPattern("presence +15/s\n")
        .containsPattern("caught up with later +5 by slow readers\n");
  }

  @Test
  void warnsWhereTheGeneratorIsWhatIsMeasured() {
    assertThat(lines(report(SERVER, false, 0))).doesNotContain("WARNING");
    assertThat(lines(report(SERVER, true, 0))).contains("WARNING: the load generator can do no");
    assertThat(Texts.json(report(SERVER, true, 0))).contains("\"generatorBound\":true");
    assertThat(Texts.json(report(SERVER, false, 0))).contains("\"generatorBound\":false");
  }
}
