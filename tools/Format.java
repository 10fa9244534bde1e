import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Formats or, with `--check`, checks every Java source under the given files and folders with
/// google-java-format; without any, the sources of every module and of tools/. A Java program
/// instead of a shell one, because the build runs it too, on every platform.
///
///     java @tools/format.args -cp FORMATTER.jar tools/Format.java [--check] [PATH …]
///
/// Exit codes: 0 formatted, 1 something is not.
final class Format {
  private static final int MAX_COLUMNS = 100;

  private Format() {}

  public static void main(String[] args) throws Exception {
    List<String> paths = new ArrayList<>(List.of(args));
    boolean check = paths.remove("--check");
    List<Path> sources = new ArrayList<>();
    for (Path root :
        paths.isEmpty() ? everySourceFolder() : paths.stream().map(Path::of).toList()) {
      sources.addAll(sourcesUnder(root));
    }
    boolean done = sources.isEmpty() || (docsFit(sources) && formatted(sources, check));
    System.exit(done ? 0 : 1);
  }

  private static List<Path> everySourceFolder() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of(""))) {
      Stream<Path> modules = folders.map(folder -> folder.resolve("src")).filter(Files::exists);
      return Stream.concat(Stream.of(Path.of("tools")), modules.sorted()).toList();
    }
  }

  private static List<Path> sourcesUnder(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).startsWith("target")) // a module's folder
          .sorted()
          .toList();
    }
  }

  /// google-java-format cuts a `///` line that is too long and lets the rest go on as `//`, which
  /// takes it out of the documentation. So that line has to be wrapped by hand first.
  private static boolean docsFit(List<Path> sources) throws IOException {
    boolean fit = true;
    for (Path source : sources) {
      int number = 0;
      for (String line : Files.readAllLines(source)) {
        number++;
        if (line.length() > MAX_COLUMNS && line.stripLeading().startsWith("///")) {
          System.err.printf(
              "%s:%d: a doc comment of %d columns (expected: <= %d); wrap it by hand%n",
              source, number, line.length(), MAX_COLUMNS);
          fit = false;
        }
      }
    }
    return fit;
  }

  private static boolean formatted(List<Path> sources, boolean check) throws Exception {
    List<String> command =
        new ArrayList<>(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("-i"));
    sources.forEach(source -> command.add(source.toString()));
    var out = new PrintWriter(System.out, true);
    var err = new PrintWriter(System.err, true);
    int status = new Main(out, err, System.in).format(command.toArray(String[]::new));
    out.flush();
    err.flush();
    if (status != 0 && check) {
      System.err.println(
          "Not formatted: see the list above. Run tools/format and review the diff.");
    }
    return status == 0;
  }
}
