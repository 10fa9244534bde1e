package dev.parley.client;

import dev.parley.chat.v1.User;
import io.grpc.ManagedChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The settings of one client, as [ClientBuilder] describes them.
record ClientConfig(
    String target,
    User user,
    String clientName,
    boolean echo,
    boolean growing,
    @Nullable ChatListener listener,
    Backoff backoff,
    int outboxMessages,
    long outboxBytes,
    int highWater,
    int lowWater,
    Duration deadline,
    boolean strictOrder,
    ChannelFactory channels,
    @Nullable ManagedChannel sharedChannel) {}
