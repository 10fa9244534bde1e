package dev.parley.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every statement on the way of a command or a read finds its rows by an index.
final class QueryPlanTest {
  private static final List<Class<?>> STATEMENTS =
      List.of(
          TopicRows.class,
          EntryRows.class,
          MemberRows.class,
          ProfileRows.class,
          ListingRows.class,
          WordIndex.class,
          FreshWords.class,
          Reaper.class);

  @Test
  void noStatementWalksOverATable(@TempDir Path directory) throws Exception {
    SqliteStore.open(directory, Durability.OS, StorageLimits.DEFAULTS).close();
    List<String> walks = new ArrayList<>();
    int statements = 0;
    try (Connection connection =
        new Connector(DataFiles.database(directory), Durability.OS, StorageLimits.DEFAULTS)
            .plain()) {
      for (String sql : STATEMENTS.stream().flatMap(QueryPlanTest::constants).toList()) {
        statements++;
        for (String step : plan(connection, sql)) {
          if (walksOverATable(step)) {
            walks.add(step + " in " + sql);
          }
        }
      }
    }
    assertThat(statements).isGreaterThan(25);
    assertThat(walks).isEmpty();
  }

  /// A subquery's own few rows may be walked over, so may the fresh texts, of which there are few,
  /// and a word index looks itself up.
  private static boolean walksOverATable(String step) {
    return step.contains("SCAN")
        && !step.contains("VIRTUAL TABLE INDEX")
        && !step.matches("SCAN (m|v|fresh|\\(subquery-\\d+\\)|CONSTANT ROW)")
        && !step.equals("SCAN topic USING COVERING INDEX topic_to_reap");
  }

  private static Stream<String> constants(Class<?> type) {
    return Stream.of(type.getDeclaredFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getType() == String.class)
        .map(QueryPlanTest::value)
        .filter(sql -> sql.matches("(SELECT|INSERT|UPDATE|DELETE) (?s).*"))
        .filter(sql -> sql.contains("?") || !sql.startsWith("SELECT"));
  }

  private static String value(Field field) {
    try {
      field.setAccessible(true);
      return (String) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> plan(Connection connection, String sql) throws Exception {
    List<String> steps = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      while (rows.next()) {
        steps.add(rows.getString("detail"));
      }
    }
    return steps;
  }
}
