package dev.parley.cli.source;

/// What became of the lines of an input. Owned by the thread that reads it.
public final class SourceTally {
  private final Tallies<SkipReason> skipped = new Tallies<>();
  private final Tallies<Remark> remarks = new Tallies<>();
  private int files;
  private long lines;
  private long messages;
  private long rooms;

  /// Lines that became no message.
  public Tallies<SkipReason> skipped() {
    return skipped;
  }

  /// What is worth telling about lines that did.
  public Tallies<Remark> remarks() {
    return remarks;
  }

  /// Lines read.
  public long lines() {
    return lines;
  }

  /// Lines that became a message; actions of IRC are not among them but under
  /// [Remark#ACTION].
  public long messages() {
    return messages - remarks.count(Remark.ACTION);
  }

  /// Whether nothing in it was of any use so far.
  public boolean isEmpty() {
    return messages == 0 && rooms == 0;
  }

  /// Files begun.
  public int files() {
    return files;
  }

  void file() {
    files++;
  }

  void line() {
    lines++;
  }

  void message() {
    messages++;
  }

  void room() {
    rooms++;
  }
}
