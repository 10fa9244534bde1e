package dev.parley.bench.measure;

/// Counts of a span of time; each as in [Counts]. Immutable.
///
/// @param sent messages sent
/// @param acknowledged messages acknowledged
/// @param refused requests refused
/// @param deliveries messages that reached a subscriber
/// @param typing signs of typing that reached a subscriber
/// @param receipts receipts that reached a subscriber
/// @param presence events of presence that reached a subscriber
/// @param frames gRPC messages received
/// @param bytes bytes of those
/// @param resumes streams that were opened again and have caught up
public record Tally(
    long sent,
    long acknowledged,
    long refused,
    long deliveries,
    long typing,
    long receipts,
    long presence,
    long frames,
    long bytes,
    long resumes) {
  /// Nothing.
  public static final Tally ZERO = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /// Both together.
  public Tally plus(Tally more) {
    return new Tally(
        sent + more.sent,
        acknowledged + more.acknowledged,
        refused + more.refused,
        deliveries + more.deliveries,
        typing + more.typing,
        receipts + more.receipts,
        presence + more.presence,
        frames + more.frames,
        bytes + more.bytes,
        resumes + more.resumes);
  }

  /// What came since an earlier tally.
  public Tally since(Tally earlier) {
    return new Tally(
        sent - earlier.sent,
        acknowledged - earlier.acknowledged,
        refused - earlier.refused,
        deliveries - earlier.deliveries,
        typing - earlier.typing,
        receipts - earlier.receipts,
        presence - earlier.presence,
        frames - earlier.frames,
        bytes - earlier.bytes,
        resumes - earlier.resumes);
  }
}
