package dev.parley.cli.importing;

import dev.parley.cli.command.AtSignal;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Failures;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.Progress;
import dev.parley.cli.source.MessageSource;
import dev.parley.cli.source.Origin;
import dev.parley.cli.source.SourceItem;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyException;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What all imports have in common: options, progress, report, and what is said when it stops
/// early. Filled by picocli; then owned by the command's thread.
final class ImportRun {
  @Mixin private ServerOptions server = new ServerOptions();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only read and report; nothing is sent.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print the report as one JSON object.")
  private boolean json;

  /// Imports the source and closes it.
  ///
  /// @return one of [ExitCode]
  int run(MessageSource source, Streams streams) throws IOException, InterruptedException {
    var progress =
        new Progress(
            streams.err(), streams.tty().error(), "importing", "messages", System::nanoTime);
    try (source) {
      ImportReport report = dryRun ? read(source, progress) : carry(source, streams, progress);
      progress.clear();
      print(source, report, streams, progress.seconds());
      if (source.tally().isEmpty()) {
        throw CommandFailure.failed(
            "there is nothing to import in it (is it in another format? see parley import --help)");
      }
      return report.refused().total() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private static ImportReport read(MessageSource source, Progress progress) throws IOException {
    long messages = 0;
    for (SourceItem item = source.next(); item != null; item = source.next()) {
      progress.update(++messages, fraction(source));
    }
    return new ImportReport();
  }

  private ImportReport carry(MessageSource source, Streams streams, Progress progress)
      throws IOException, InterruptedException {
    ParleyClient client = server.client();
    var watcher = new ProgressWatcher(source, streams, progress);
    var importer = new Importer(() -> client.importMessages(Importer.MAX_IN_FLIGHT), watcher);
    try (AtSignal _ = AtSignal.run(() -> tellWhere(importer.report(), streams))) {
      importer.run(source);
      return importer.report();
    } catch (ParleyException failure) {
      progress.clear();
      if (importer.report().answered() > 0) {
        print(source, importer.report(), streams, progress.seconds());
        tellWhere(importer.report(), streams);
      }
      throw failure;
    } finally {
      client.close(Duration.ZERO);
    }
  }

  private void print(MessageSource source, ImportReport report, Streams streams, double seconds) {
    var result = new ImportResult(source.tally(), report, seconds);
    if (json) {
      streams.out().println(result.json());
    } else {
      result.lines().forEach(streams.out()::println);
    }
    streams.out().flush();
  }

  private static void tellWhere(ImportReport report, Streams streams) {
    Origin confirmed = report.confirmed();
    streams.err().println();
    streams
        .err()
        .println(
            confirmed == null
                ? "Stopped before the server confirmed anything."
                : "Stopped; everything up to " + confirmed + " is on the server.");
    streams.err().println("Run the same command again: what is there already is not added twice.");
    streams.err().flush();
  }

  private static double fraction(MessageSource source) {
    return source.bytesTotal() == 0 ? -1 : (double) source.bytesRead() / source.bytesTotal();
  }

  private record ProgressWatcher(MessageSource source, Streams streams, Progress progress)
      implements Importer.Watcher {
    @Override
    public void progress(ImportReport report) {
      progress.update(report.answered(), fraction(source));
    }

    @Override
    public void retrying(ParleyException failure, Duration pause) {
      progress.clear();
      streams
          .err()
          .println(
              "%s; trying again in %.1f s"
                  .formatted(Failures.words(failure), pause.toMillis() / 1e3));
      streams.err().flush();
    }
  }
}
