/* SPDX-License-Identifier: BSD-2-Clause */
#include "os_error.h"

#include <errno.h>
#include <stdarg.h>

bool
os_error_set(struct os_error *error, enum os_fault fault, int code,
             const char *format, ...)
{
    if (error != NULL) {
        va_list args;
        va_start(args, format);
        error->fault = fault;
        error->code = code;
        g_vsnprintf(error->text, sizeof(error->text), format, args);
        va_end(args);
    }
    return false;
}

enum os_fault
os_fault_of(int code)
{
    switch (code) {
    case 0:
        return OS_OK;
    case EPERM:
    case EACCES:
        return OS_NO_PERMISSION;
    case ENODEV:
    case ENXIO:
        return OS_NO_INTERFACE;
    case ENETDOWN:
        return OS_LINK_DOWN;
    default:
        return OS_SYSTEM;
    }
}
