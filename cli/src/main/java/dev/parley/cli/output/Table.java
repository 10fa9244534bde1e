package dev.parley.cli.output;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;

/// Rows in columns that fit the widest cell, with two spaces between. Not thread-safe.
///
/// Cells that are numbers, such as 12 or 1,000+, are aligned to the right. The width is that of the
/// screen: a wide character takes two columns.
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  /// @param titles of the columns
  public Table(String... titles) {
    rows.add(List.of(titles));
  }

  /// Adds a row, with as many cells as there are titles.
  public void row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(
          cell instanceof Number number
              ? "%,d".formatted(number.longValue())
              : PlainText.line(cell.toString()));
    }
    if (row.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          row.size() + " cells (expected: " + rows.getFirst().size() + ")");
    }
    rows.add(row);
  }

  /// The lines, the titles first.
  public List<String> lines() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    boolean[] numbers = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      numbers[column] = rows.size() > 1;
      for (int i = 0; i < rows.size(); i++) {
        String cell = rows.get(i).get(column);
        widths[column] = Math.max(widths[column], width(cell));
        numbers[column] &= i == 0 || cell.matches("[\\d,.]+\\+?");
      }
    }
    return rows.stream().map(row -> line(row, widths, numbers)).toList();
  }

  private static String line(List<String> row, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      String space = " ".repeat(widths[column] - width(cell));
      line.append(column == 0 ? "" : "  ").append(numbers[column] ? space + cell : cell + space);
    }
    return line.toString().stripTrailing();
  }

  private static int width(String cell) {
    return new AttributedString(cell).columnLength();
  }
}
