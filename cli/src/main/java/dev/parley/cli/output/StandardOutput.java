package dev.parley.cli.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Standard output, as UTF-8, which remembers why it could not be written. Thread-safe, as every
/// PrintWriter.
public final class StandardOutput extends PrintWriter {
  private final Remembering stream;

  /// That of the process.
  public StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream out) {
    this(new Remembering(out));
  }

  private StandardOutput(Remembering stream) {
    super(stream, false, StandardCharsets.UTF_8);
    this.stream = stream;
  }

  /// Whether it failed because whoever read has had enough, such as `head`.
  public boolean readerIsGone() {
    IOException why = stream.failure;
    return why != null && String.valueOf(why.getMessage()).contains("Broken pipe");
  }

  private static final class Remembering extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    Remembering(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
