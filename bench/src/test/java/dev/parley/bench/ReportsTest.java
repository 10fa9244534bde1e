package dev.parley.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReportsTest {
  @ParameterizedTest
  @CsvSource({
    "9, 10, 1, 8, true",
    "8.9, 10, 1, 8, false",
    "35.9, 10, 4, 8, false",
    "36, 10, 4, 8, true",
    "18, 10, 4, 2, true",
    "17.9, 10, 4, 2, false",
    "0.3, 10, 1, 1, false"
  })
  void aGeneratorWhoseThreadsHardlyWaitIsWhatIsMeasured(
      double cpuSeconds, double seconds, int threads, int processors, boolean bound) {
    assertThat(Reports.isBound(cpuSeconds, seconds, threads, processors)).isEqualTo(bound);
  }
}
