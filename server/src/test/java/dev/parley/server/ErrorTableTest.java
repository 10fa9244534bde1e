package dev.parley.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// docs/errors.md says of every reason what the code says of it.
class ErrorTableTest {
  private static final Path TABLE = Path.of("../docs/errors.md");

  /// Cells of one row.
  private record Row(String reason, String code, String meaning, String advice) {}

  @Test
  void theTableHasEveryReasonWithItsCodeAndAdvice() throws IOException {
    assertThat(rows())
        .extracting(row -> row.reason() + " " + row.code() + " " + row.advice())
        .containsExactlyElementsOf(
            Arrays.stream(Reason.values())
                .map(
                    reason ->
                        "%s %s (%d) %s"
                            .formatted(
                                reason, reason.code(), reason.code().number(), reason.advice()))
                .toList());
  }

  @Test
  void everyReasonHasAMeaning() throws IOException {
    assertThat(rows()).allSatisfy(row -> assertThat(row.meaning()).isNotBlank());
  }

  private static List<Row> rows() throws IOException {
    return Files.readAllLines(TABLE).stream()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(1, line.length() - 1).split("\\|"))
        .filter(cells -> cells.length == 4)
        .map(
            cells ->
                new Row(
                    cells[0].strip().replace("`", ""),
                    cells[1].strip(),
                    cells[2].strip(),
                    cells[3].strip()))
        .toList();
  }
}
